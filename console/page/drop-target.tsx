import { useEffect, useState } from 'preact/hooks';

interface DropTargetProps {
  /** Whether it is to be seen where nothing is dragged. */
  readonly isShown: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}

/** Takes files that are dropped anywhere onto the page; a button does the same for the keyboard. */
export function DropTarget({ isShown, onFiles }: DropTargetProps) {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      onFiles([...(event.dataTransfer?.files ?? [])]);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, [onFiles]);
  return (
    <section hidden={!isShown && !isOver} class={`drop ${isOver ? 'over' : ''}`} aria-label="Files">
      <label>
        Process files: drop them anywhere, or{' '}
        <input
          type="file"
          multiple
          onChange={({ currentTarget }) => {
            onFiles([...(currentTarget.files ?? [])]);
            currentTarget.value = '';
          }}
        />
      </label>
    </section>
  );
}
