import { useEffect, useState } from 'preact/hooks';
import { type DocumentRow, type DocumentsView as Documents, STATUSES } from '../views.ts';
import { ActionButton } from './actions.tsx';
import { Chart } from './chart.tsx';
import { counted, number } from './format.ts';
import { search } from './location.ts';
import { Age, At, DataTable, Pager, StatusWord } from './parts.tsx';
import { SearchField } from './search-field.tsx';

/** All documents, searched and filtered by the server. */
export function DocumentsPanel({ view, query }: { view: Documents; query: URLSearchParams }) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const q = query.get('q') ?? '';
  const status = query.get('status') ?? '';
  // What was selected among others is not meant any more.
  useEffect(() => setSelected(new Set()), [q, status, view.page]);
  const select = (id: string, isOn: boolean) => {
    const next = new Set(selected);
    if (isOn) next.add(id);
    else next.delete(id);
    setSelected(next);
  };
  return (
    <>
      <header class="heading">
        <h1>Documents</h1>
        <p class="quiet">
          {view.oldestWaiting ? (
            <>
              The oldest that waits:{' '}
              <a href={`/documents/${view.oldestWaiting.id}`}>
                <Age since={view.oldestWaiting.since} />
              </a>
            </>
          ) : (
            'None waits.'
          )}
          {view.readAt !== undefined && (
            <>
              {' '}
              Read <Age since={view.readAt} /> ago.
            </>
          )}
        </p>
      </header>
      <Chart label="Outcomes in 10 s" series={view.done} names={['COMPLETED', 'FAILED']} />
      <div class="bar">
        <SearchField label="Search name, id and reason" value={q} />
        <StatusFilter view={view} status={status} />
      </div>
      <Selected ids={selected} view={view} q={q} onDone={() => setSelected(new Set())} />
      <DataTable
        label="Documents"
        head={
          <>
            <th class="narrow">
              <SelectAll rows={view.rows} selected={selected} onChange={setSelected} />
            </th>
            <th>Document</th>
            <th>Status</th>
            <th class="right wide">Attempts</th>
            <th class="right wide">Epoch</th>
            <th>Reason</th>
            <th class="right">Changed</th>
          </>
        }
      >
        {view.rows.map((row) => (
          <Row key={row.id} row={row} isSelected={selected.has(row.id)} onSelect={select} />
        ))}
      </DataTable>
      {view.rows.length === 0 && (
        <p class="empty">{q || status ? 'No document matches.' : 'No documents yet: drop files here.'}</p>
      )}
      <Pager {...view} what="documents" />
    </>
  );
}

function StatusFilter({ view, status }: { view: Documents; status: string }) {
  const all = STATUSES.reduce((sum, one) => sum + view.counts[one], 0);
  return (
    <fieldset class="choices">
      <legend class="hidden">Status</legend>
      {['', ...STATUSES].map((one) => (
        <label key={one}>
          <input type="radio" name="status" checked={status === one} onChange={() => search({ status: one })} />
          {one === '' ? 'All' : <StatusWord status={one} />}{' '}
          <b class="number">{number(one === '' ? all : view.counts[one as (typeof STATUSES)[number]])}</b>
        </label>
      ))}
    </fieldset>
  );
}

/** What can be done to those that are selected, or to all that match. */
function Selected({
  ids,
  view,
  q,
  onDone,
}: {
  ids: ReadonlySet<string>;
  view: Documents;
  q: string;
  onDone: () => void;
}) {
  const chosen = view.rows.filter(({ id }) => ids.has(id));
  const failed = chosen.filter(({ status }) => status === 'FAILED').map(({ id }) => id);
  const open = chosen.filter(({ status }) => status === 'PENDING' || status === 'PROCESSING').map(({ id }) => id);
  const matching = `${counted(view.failed, 'FAILED document')}${q === '' ? '' : ` that match “${q}”`}`;
  return (
    <div class="bar" role="toolbar" aria-label="Actions">
      {failed.length > 0 && (
        <ActionButton
          action={{ do: 'replay', ids: failed }}
          label={`Replay ${number(failed.length)} selected`}
          onDone={onDone}
        />
      )}
      {open.length > 0 && (
        <ActionButton
          action={{ do: 'cancel', ids: open }}
          label={`Cancel ${number(open.length)} selected`}
          confirm={`Cancel ${counted(open.length, 'document')}? They become FAILED; they can be replayed.`}
          onDone={onDone}
        />
      )}
      {view.failed > 0 && (
        <ActionButton
          action={{ do: 'replay-matching', q, expected: view.failed }}
          label={`Replay all ${number(view.failed)} failed${q === '' ? '' : ' that match'}`}
          confirm={`Replay ${matching}?`}
        />
      )}
      {view.job && (
        <span class="job">
          <progress max={view.job.total} value={view.job.done + view.job.failed} aria-label={view.job.what} />
          {view.job.isOver ? 'Done' : view.job.what}: {number(view.job.done)} of {number(view.job.total)}
          {view.job.failed > 0 && `, ${number(view.job.failed)} not: ${view.job.problem}`}
        </span>
      )}
    </div>
  );
}

interface SelectAllProps {
  readonly rows: readonly DocumentRow[];
  readonly selected: ReadonlySet<string>;
  readonly onChange: (ids: ReadonlySet<string>) => void;
}

function SelectAll({ rows, selected, onChange }: SelectAllProps) {
  const isAll = rows.length > 0 && rows.every(({ id }) => selected.has(id));
  const toggle = () => onChange(new Set(isAll ? [] : rows.map(({ id }) => id)));
  return <input type="checkbox" aria-label="Select all on this page" checked={isAll} onChange={toggle} />;
}

interface RowProps {
  readonly row: DocumentRow;
  readonly isSelected: boolean;
  readonly onSelect: (id: string, isOn: boolean) => void;
}

function Row({ row, isSelected, onSelect }: RowProps) {
  const { id, filename, status, attempts, epoch, reason, message, changedAt, partial } = row;
  return (
    <tr>
      <td class="narrow">
        <input
          type="checkbox"
          aria-label={`Select ${filename}`}
          checked={isSelected}
          onChange={({ currentTarget }) => onSelect(id, currentTarget.checked)}
        />
      </td>
      <td class="name">
        <a href={`/documents/${id}`}>{filename}</a>
        <span class="id">{id}</span>
      </td>
      <td>
        <StatusWord status={status} /> {partial && <span class="tag">partial</span>}
      </td>
      <td class="right wide number">{attempts}</td>
      <td class="right wide number">{epoch}</td>
      <td class="reason" title={message}>
        {reason && (
          <>
            <b>{reason}</b> {message}
          </>
        )}
      </td>
      <td class="right">
        <At ms={changedAt} />
      </td>
    </tr>
  );
}
