import type { Action, Done } from './actions.ts';
import type { View } from './views.ts';

/**
 * What the console shows, whoever knows it: a local Google in this process, the emulator alone, or a deployment. The page knows only
 * these types. All times are milliseconds since the epoch.
 */
export interface Shown {
  readonly about: About;
  /** What there is to see at an address; undefined where there is nothing. Times in it are absolute: the page counts. */
  at(address: Address): View | undefined | Promise<View | undefined>;
  /** Calls back whenever something may look different. @returns what stops that */
  onChange(listener: () => void): () => void;
  /** @throws RefusedActionError for what cannot be done */
  act(action: Action): Promise<Done>;
  /** Takes a file that was dropped onto the page. @default files are not taken */
  take?(filename: string, bytes: Uint8Array): Promise<Done>;
  /** Bytes of a document. @default there are none */
  content?(documentId: string, part: ContentPart): Promise<Content | undefined>;
}

/** What cannot be done, in a sentence for whoever wanted it. */
export class RefusedActionError extends Error {
  override readonly name = 'RefusedActionError';
  /** The HTTP status that says so: 404 where there is nothing to do it to. */
  readonly status: 404 | 409;

  constructor(message: string, status: RefusedActionError['status'] = 409) {
    super(message);
    this.status = status;
  }
}

export const PLACES = ['documents', 'tasks', 'queues', 'instances', 'faults', 'stack'] as const;
export type MenuPlace = (typeof PLACES)[number];

export interface About {
  /** What is shown: `document-processing-dev`. */
  readonly name: string;
  readonly project: string;
  readonly kind: 'local' | 'emulator' | 'deployed';
  /** What there is to see, the first one first. */
  readonly places: readonly MenuPlace[];
  readonly canChange: boolean;
  readonly takesFiles: boolean;
  /** Where the log is, where it is not here. */
  readonly logUrl?: string | undefined;
}

/** Which view of what: the path and the query of the page's address. */
export interface Address {
  readonly place: MenuPlace;
  /** Of one document or task. */
  readonly id?: string | undefined;
  /** Words to look for. */
  readonly q: string;
  readonly status: string;
  /** Of the log. */
  readonly severity: string;
  /** Of the log: the process of an instance. */
  readonly instance: string;
  readonly queue: string;
  /** From 0. */
  readonly page: number;
}

export const CONTENT_PARTS = ['source', 'markdown', 'metadata', 'fields'] as const;
export type ContentPart = (typeof CONTENT_PARTS)[number];

export interface Content {
  readonly filename: string;
  readonly bytes: Uint8Array;
}
