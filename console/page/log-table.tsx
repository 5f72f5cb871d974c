import type { LogLine } from '../views.ts';
import { At, DataTable } from './parts.tsx';

/** Lines of the log. */
export function LogTable({ lines, isOfDocument = false }: { lines: readonly LogLine[]; isOfDocument?: boolean }) {
  if (lines.length === 0) return <p class="empty">No lines.</p>;
  return (
    <DataTable
      label="Log"
      head={
        <>
          <th>Time</th>
          <th>Severity</th>
          <th class="wide">Instance</th>
          <th>Message</th>
          {!isOfDocument && <th class="wide">Document</th>}
        </>
      }
    >
      {lines.map((line) => (
        <tr key={line.id}>
          <td>
            <At ms={line.at} />
          </td>
          <td class={`severity ${line.severity.toLowerCase()}`}>{line.severity}</td>
          <td class="wide number">{line.pid}</td>
          <td class="message">
            {line.rest === '' || line.rest === '{}' ? (
              line.message
            ) : (
              <details>
                <summary>{line.message}</summary>
                <code>{line.rest}</code>
                {line.trace && <div class="id">trace {line.trace}</div>}
              </details>
            )}
          </td>
          {!isOfDocument && (
            <td class="wide">
              {line.documentId && <a href={`/documents/${line.documentId}`}>{line.documentId.slice(0, 12)}…</a>}
            </td>
          )}
        </tr>
      ))}
    </DataTable>
  );
}
