import { useEffect, useRef, useState } from 'preact/hooks';
import { search } from './location.ts';

/** Milliseconds after the last key. */
const PAUSE_MS = 150;

/** What is looked for, kept in the address. `/` leads here. */
export function SearchField({ label, value }: { label: string; value: string }) {
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [typed, setTyped] = useState(value);
  // A link may have led to another search; what is being typed stays.
  useEffect(() => {
    if (document.activeElement !== field.current) setTyped(value);
  }, [value]);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== '/' || (event.target as Element).matches('input, textarea, select')) return;
      event.preventDefault();
      field.current?.select();
    };
    addEventListener('keydown', focus);
    return () => {
      removeEventListener('keydown', focus);
      clearTimeout(timer.current);
    };
  }, []);
  const look = (text: string) => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => search({ q: text }), PAUSE_MS);
  };
  return (
    <label class="search">
      <span class="hidden">{label}</span>
      <input
        ref={field}
        type="search"
        placeholder={`${label}  /`}
        value={typed}
        onInput={({ currentTarget }) => look(currentTarget.value)}
        spellcheck={false}
        autocomplete="off"
      />
    </label>
  );
}
