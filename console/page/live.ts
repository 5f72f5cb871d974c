import { useEffect, useState } from 'preact/hooks';
import type { View } from '../views.ts';
import { about, type ServerError } from './server.ts';

/** Milliseconds between two tries to reach a server that is away. */
const TRY_EVERY_MS = 1000;

interface Live {
  /** What the address showed last; undefined before the first answer, null where there is nothing. */
  readonly view: View | null | undefined;
  /** Why it may be old. */
  readonly trouble?: string | undefined;
}

/**
 * What an address of the page shows, as long as the page is visible: a stream that sends the whole whenever it changed, so that after
 * a break nothing has to be caught up with. A hidden page has no stream.
 */
export function useLive(path: string, query: string): Live {
  const [live, setLive] = useState<Live & { of?: string }>({ view: undefined });
  const isVisible = useIsVisible();
  useEffect(() => {
    if (!isVisible) return;
    const parameters = new URLSearchParams(query);
    parameters.set('path', path);
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout>;
    const open = () => {
      source = new EventSource(`/api/stream?${parameters}`);
      source.addEventListener('view', ({ data }) => setLive({ view: JSON.parse(data), of: path }));
      source.addEventListener('problem', ({ data }) => setLive((before) => ({ ...before, trouble: data })));
      source.addEventListener('error', () => {
        source?.close();
        void lookWhy();
      });
    };
    // A stream does not say why it ended; the server does, if it is there.
    const lookWhy = async () => {
      const error = await about().then(
        () => undefined,
        (reason: ServerError) => reason,
      );
      const isOver = error?.status === 401;
      const trouble = isOver ? error.message : 'The console does not answer: trying again.';
      setLive((before) => ({ ...before, trouble }));
      if (!isOver) timer = setTimeout(open, TRY_EVERY_MS);
    };
    open();
    return () => {
      clearTimeout(timer);
      source?.close();
      source = undefined;
    };
  }, [path, query, isVisible]);
  // What another path has shown would be taken for this one's.
  return live.of === undefined || live.of === path ? live : { view: undefined };
}

function useIsVisible(): boolean {
  const [isVisible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const look = () => setVisible(!document.hidden);
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  return isVisible;
}
