import { useEffect, useState } from 'preact/hooks';

/** Where the page is: its path, and what it looks for there. */
export interface Where {
  readonly path: string;
  readonly query: URLSearchParams;
}

const CHANGED = 'console:moved';

/** @param replace whether the way back leads to where the page was before. @default it leads here */
export function go(path: string, { replace = false } = {}): void {
  history[replace ? 'replaceState' : 'pushState'](null, '', path);
  dispatchEvent(new Event(CHANGED));
}

/** Changes what is looked for, and goes to its first page. */
export function search(changes: Readonly<Record<string, string>>): void {
  const query = new URLSearchParams(location.search);
  query.delete('page');
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') query.delete(name);
    else query.set(name, value);
  }
  go(pathWith(query), { replace: true });
}

export function pathWith(query: URLSearchParams): string {
  return query.size === 0 ? location.pathname : `${location.pathname}?${query}`;
}

export function useWhere(): Where {
  const [where, setWhere] = useState(whereNow);
  useEffect(() => {
    const look = () => setWhere(whereNow());
    addEventListener(CHANGED, look);
    addEventListener('popstate', look);
    return () => {
      removeEventListener(CHANGED, look);
      removeEventListener('popstate', look);
    };
  }, []);
  return where;
}

function whereNow(): Where {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

/** Has links within the page move it without loading it again. Whoever wants another tab gets one. */
export function followLinks(event: MouseEvent): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element).closest('a');
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
  event.preventDefault();
  go(link.pathname + link.search);
  document.getElementById('content')?.focus();
}
