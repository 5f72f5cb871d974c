import type { StackView as Stack, StackPart } from '../views.ts';
import { lastPart } from './format.ts';
import { GrantsPicture } from './grants-picture.tsx';
import { DataTable } from './parts.tsx';

const COLUMNS: readonly (readonly [StackPart['kind'], string])[] = [
  ['identity', 'Identities'],
  ['queue', 'Queues'],
  ['service', 'Service'],
  ['bucket', 'Buckets'],
  ['notification', 'Notifications'],
  ['topic', 'Topics'],
  ['subscription', 'Subscriptions'],
];

/** What the stack declares, and what of it holds on this machine. */
export function StackPanel({ view }: { view: Stack }) {
  const { conversion, budget, timeout, dispatch } = view.deadlines;
  const parts = new Map(view.parts.map((part) => [part.id, part]));
  return (
    <>
      <header class="heading">
        <h1>Stack</h1>
        <p class="quiet">Drawn from its Terraform JSON, by which the local Google runs.</p>
      </header>
      <p class="chain">
        <b>Deadlines</b> <span>conversion {conversion} s</span> {'<'} <span>budget {budget} s</span> {'<'}{' '}
        <span>Cloud Run {timeout} s</span> {'≤'} <span>Cloud Tasks {dispatch} s</span>
      </p>
      <GrantsPicture view={view} />
      <div class="columns">
        {COLUMNS.map(([kind, title]) => {
          const parts = view.parts.filter((part) => part.kind === kind);
          return (
            parts.length > 0 && (
              <section key={kind} aria-label={title}>
                <h2>{title}</h2>
                {parts.map((part) => (
                  <Part key={part.id} part={part} />
                ))}
              </section>
            )
          );
        })}
      </div>
      <h2>The grants as a table</h2>
      <div class="tight">
        <DataTable
          label="Grants"
          head={
            <>
              <th>Who</th>
              <th>May</th>
              <th>On</th>
            </>
          }
        >
          {view.grants.map(({ member, role, on }) => (
            <tr key={`${member} ${role} ${on}`}>
              <td class="name">{parts.get(member)?.name ?? member}</td>
              <td>{breakable(role.replace('roles/', ''))}</td>
              <td class="name">
                {parts.get(on)?.name ?? lastPart(on)} <span class="quiet">{parts.get(on)?.kind}</span>
              </td>
            </tr>
          ))}
        </DataTable>
      </div>
    </>
  );
}

/** A role, which a narrow page may break at its dot. */
function breakable(role: string) {
  const end = role.indexOf('.') + 1;
  return (
    <>
      {role.slice(0, end)}
      <wbr />
      {role.slice(end)}
    </>
  );
}

function Part({ part: { name, facts, enforced } }: { part: StackPart }) {
  return (
    <article class="part">
      <h3>{name}</h3>
      {facts.map((fact) => (
        <p key={fact}>{fact}</p>
      ))}
      <p class="quiet">Enforced here: {enforced}</p>
    </article>
  );
}
