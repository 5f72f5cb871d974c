import { createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { Action, Done } from '../actions.ts';
import { type Command, Commands } from './parts.tsx';
import { act } from './server.ts';

/** What was done last. */
export interface Notice {
  readonly text: string;
  readonly isProblem: boolean;
  readonly path?: string | undefined;
  readonly commands: readonly Command[];
}

export interface Tools {
  readonly canChange: boolean;
  /** Does it and says so. @returns undefined where it was refused, which is said as well */
  run(work: () => Promise<Done>, commands: readonly Command[]): Promise<Done | undefined>;
}

export const ToolsContext = createContext<Tools>({ canChange: false, run: async () => undefined });

/** A button that does something; of what cannot be undone, only when it is confirmed. */
export function ActionButton({ action, label, confirm, onDone }: ActionProps) {
  const { canChange, run } = useContext(ToolsContext);
  const [isAsking, setAsking] = useState(false);
  if (!canChange) return null;
  const perform = async () => {
    setAsking(false);
    if (await run(() => act(action), commandsFor(action))) onDone?.();
  };
  return (
    <>
      <button type="button" onClick={() => (confirm === undefined ? void perform() : setAsking(true))}>
        {label}
      </button>
      {isAsking && (
        <Confirmation text={confirm ?? ''} label={label} onYes={() => void perform()} onNo={() => setAsking(false)}>
          <Commands commands={commandsFor(action)} />
        </Confirmation>
      )}
    </>
  );
}

interface ActionProps {
  readonly action: Action;
  readonly label: string;
  /** The question. @default it is done at once */
  readonly confirm?: string | undefined;
  readonly onDone?: () => void;
}

interface ConfirmationProps {
  readonly text: string;
  readonly label: string;
  readonly onYes: () => void;
  readonly onNo: () => void;
  readonly children: preact.ComponentChildren;
}

function Confirmation({ text, label, onYes, onNo, children }: ConfirmationProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={onNo} aria-label={label}>
      <p>{text}</p>
      {children}
      <p class="buttons">
        <button type="button" class="main" onClick={onYes}>
          {label}
        </button>
        <button type="button" onClick={() => dialog.current?.close()}>
          Keep as it is
        </button>
      </p>
    </dialog>
  );
}

/** The same as an action, for a terminal. */
export function commandsFor(action: Action): Command[] {
  return [
    { name: 'curl; TOKEN is what follows #token= in the printed address', text: curlFor(action) },
    ...ownCommand(action),
  ];
}

function curlFor(action: Action): string {
  const body = shellQuoted(JSON.stringify(action));
  return `curl -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\\n  -d ${body} ${location.origin}/api/actions`;
}

function ownCommand(action: Action): Command[] {
  const documents = (words: string) => [{ name: 'npm', text: `npm run documents -- ${words}` }];
  const gcloud = (words: string) => [{ name: 'gcloud', text: `gcloud tasks ${words}` }];
  switch (action.do) {
    case 'replay':
      return documents(`replay ${action.ids.join(' ')}`);
    case 'replay-matching':
      return action.q === '' ? documents('replay --all-failed') : [];
    case 'cancel':
      return documents(`cancel ${action.ids.join(' ')}`);
    case 'run':
      return gcloud(`run ${action.task}`);
    case 'delete-task':
      return gcloud(`delete ${action.task}`);
    case 'pause':
    case 'resume':
    case 'purge':
      return gcloud(`queues ${action.do} ${action.queue}`);
    case 'kill':
      return [{ name: 'shell', text: `kill -9 ${action.pid}` }];
    default:
      return [];
  }
}

/** For files: the two calls in one command. */
export function commandsForFile(name: string): Command[] {
  const quoted = shellQuoted(name);
  const curl =
    `curl -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/octet-stream' \\\n` +
    `  --data-binary @${quoted} '${location.origin}/api/files?name=${encodeURIComponent(name)}'`;
  return [
    { name: 'curl; TOKEN is what follows #token= in the printed address', text: curl },
    { name: 'npm', text: `npm run documents -- enqueue ${quoted}` },
  ];
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
