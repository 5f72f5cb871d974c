import { Journal, type Kept } from '../journal/journal.ts';
import type { PublishedMessage, Subscription } from './subscription.ts';

/** One step in the life of all messages. */
export type MessageChange =
  /** A subscription was made by a call; those of the stack are made anew at each start. */
  | { readonly kind: 'subscribed'; readonly subscription: Subscription }
  | { readonly kind: 'unsubscribed'; readonly subscription: string }
  | { readonly kind: 'published'; readonly message: PublishedMessage; readonly subscriptions: readonly string[] }
  /** A push left: the first, second and so on. */
  | { readonly kind: 'delivery'; readonly subscription: string; readonly id: string; readonly number: number }
  /** Acknowledged, set aside or expired. */
  | { readonly kind: 'ended'; readonly subscription: string; readonly ids: readonly string[] };

/** A message that a subscription has not done with. */
export interface KeptMessage {
  readonly message: PublishedMessage;
  readonly deliveries: number;
}

interface State {
  /** Made by calls, by name. */
  readonly made: Map<string, Subscription>;
  /** By subscription and id, the oldest first. */
  readonly messages: Map<string, Map<string, KeptMessage>>;
}

/** What a journal keeps of Pub/Sub. */
export const MESSAGES: Kept<MessageChange, State> = {
  empty: () => ({ made: new Map(), messages: new Map() }),
  apply({ made, messages }, change) {
    switch (change.kind) {
      case 'subscribed':
        made.set(change.subscription.name, change.subscription);
        // It begins with nothing, also where the stack had one of its name once.
        messages.delete(change.subscription.name);
        break;
      case 'unsubscribed':
        made.delete(change.subscription);
        messages.delete(change.subscription);
        break;
      case 'published':
        for (const name of change.subscriptions) {
          const held = messages.get(name) ?? new Map<string, KeptMessage>();
          messages.set(name, held.set(change.message.messageId, { message: change.message, deliveries: 0 }));
        }
        break;
      case 'delivery': {
        const held = messages.get(change.subscription);
        const kept = held?.get(change.id);
        if (kept) held?.set(change.id, { ...kept, deliveries: change.number });
        break;
      }
      case 'ended':
        for (const id of change.ids) messages.get(change.subscription)?.delete(id);
        break;
    }
  },
  *changesOf({ made, messages }) {
    for (const subscription of made.values()) yield { kind: 'subscribed', subscription };
    for (const [subscription, held] of messages) {
      for (const [id, { message, deliveries }] of held) {
        yield { kind: 'published', message, subscriptions: [subscription] };
        if (deliveries > 0) yield { kind: 'delivery', subscription, id, number: deliveries };
      }
    }
  },
};

/** What keeps messages across restarts. */
export interface MessageKeeper {
  /** Subscriptions that an earlier run made by calls. */
  subscriptions(): Iterable<Subscription>;
  /** What an earlier run left of a subscription, the oldest first. */
  messages(subscription: string): Iterable<KeptMessage>;
  /** Where it throws, the change fails. */
  keep(change: MessageChange): void;
}

/** A folder that keeps what subscriptions have not done with. */
export class KeptMessages implements MessageKeeper {
  readonly #journal: Journal<MessageChange, State>;
  readonly #state: State;

  /**
   * Opens a folder, and makes it where it is missing.
   *
   * @throws FolderInUseError when another process has the folder
   * @throws JournalError when its journal is damaged, or nothing can be kept in it
   */
  constructor(folder: string) {
    const { journal, state } = Journal.open(folder, MESSAGES);
    this.#journal = journal;
    this.#state = state;
  }

  subscriptions(): Iterable<Subscription> {
    return [...this.#state.made.values()];
  }

  messages(subscription: string): Iterable<KeptMessage> {
    return [...(this.#state.messages.get(subscription)?.values() ?? [])];
  }

  keep(change: MessageChange): void {
    this.#journal.append(change, () => this.#state);
    MESSAGES.apply(this.#state, change);
  }

  close(): void {
    this.#journal.close();
  }
}
