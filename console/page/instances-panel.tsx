import type { InstanceRow, InstancesView as Instances } from '../views.ts';
import { ActionButton } from './actions.tsx';
import { counted, number } from './format.ts';
import { search } from './location.ts';
import { LogTable } from './log-table.tsx';
import { DataTable } from './parts.tsx';
import { SearchField } from './search-field.tsx';

const SEVERITIES = ['', 'INFO', 'WARNING', 'ERROR'];

/** What runs where, and what it says. */
export function InstancesPanel({ view, query }: { view: Instances; query: URLSearchParams }) {
  const severity = query.get('severity') ?? '';
  const instance = query.get('instance') ?? '';
  return (
    <>
      <header class="heading">
        <h1>Instances</h1>
        <p class="quiet">
          {counted(view.instances.length, 'instance')} of {number(view.maxInstances)} at most
          {view.starting > 0 && `, ${number(view.starting)} starting`}; {counted(view.waiting, 'request')} waiting for a
          place
        </p>
      </header>
      <DataTable
        label="Instances"
        head={
          <>
            <th>Process</th>
            <th>Places</th>
            <th class="right">Memory</th>
            <th class="right wide">Port</th>
            <th>Actions</th>
          </>
        }
      >
        {view.instances.map((instance) => (
          <Instance key={instance.pid} instance={instance} concurrency={view.concurrency} />
        ))}
      </DataTable>
      <h2>Log</h2>
      <div class="bar">
        <SearchField label="Search the log" value={query.get('q') ?? ''} />
        <fieldset class="choices">
          <legend class="hidden">At least so severe</legend>
          {SEVERITIES.map((one) => (
            <label key={one}>
              <input
                type="radio"
                name="severity"
                checked={severity === one}
                onChange={() => search({ severity: one })}
              />
              {one === '' ? 'All' : one}
            </label>
          ))}
        </fieldset>
        <label>
          Instance{' '}
          <select value={instance} onChange={({ currentTarget }) => search({ instance: currentTarget.value })}>
            <option value="">All</option>
            {withChosen(view.logPids, instance).map((pid) => (
              <option key={pid}>{pid}</option>
            ))}
          </select>
        </label>
      </div>
      <LogTable lines={view.log} />
    </>
  );
}

/** What is looked for stays to be seen, also when its lines are gone. */
function withChosen(pids: readonly number[], chosen: string): string[] {
  return [...new Set([...pids.map(String), ...(chosen === '' ? [] : [chosen])])];
}

function Instance({
  instance: { pid, port, active, memoryMb },
  concurrency,
}: {
  instance: InstanceRow;
  concurrency: number;
}) {
  return (
    <tr>
      <td class="number">{pid}</td>
      <td>
        <span class="places" aria-hidden="true">
          {'■'.repeat(Math.min(active, 40))}
          {'□'.repeat(Math.max(0, Math.min(concurrency, 40) - active))}
        </span>{' '}
        {active} of {concurrency}
      </td>
      <td class="right number">{memoryMb === undefined ? '' : `${number(memoryMb)} MB`}</td>
      <td class="right wide number">{port}</td>
      <td class="buttons">
        <ActionButton
          action={{ do: 'kill', pid }}
          label="Kill"
          confirm={`Kill the process ${pid}, as if it ran out of memory?`}
        />
      </td>
    </tr>
  );
}
