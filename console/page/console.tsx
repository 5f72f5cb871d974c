import { render } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import 'uplot/dist/uPlot.min.css';
import type { About, MenuPlace } from '../shown.ts';
import type { View } from '../views.ts';
import { commandsForFile, type Notice, type Tools, ToolsContext } from './actions.tsx';
import './console.css';
import './controls.css';
import './views.css';
import { DocumentPanel } from './document-panel.tsx';
import { DocumentsPanel } from './documents-panel.tsx';
import { DropTarget } from './drop-target.tsx';
import { FaultsPanel } from './faults-panel.tsx';
import { logUrlFor } from './format.ts';
import { InstancesPanel } from './instances-panel.tsx';
import { useLive } from './live.ts';
import { followLinks, go, useWhere } from './location.ts';
import { Commands } from './parts.tsx';
import { QueuesPanel } from './queues-panel.tsx';
import { about, enter, type ServerError, sendFile } from './server.ts';
import { StackPanel } from './stack-panel.tsx';
import { TaskPanel, TasksPanel } from './tasks-panel.tsx';

const TITLES: Readonly<Record<MenuPlace, string>> = {
  documents: 'Documents',
  tasks: 'Tasks',
  queues: 'Queues',
  instances: 'Instances & log',
  faults: 'Break it',
  stack: 'Stack',
};

const KINDS = { local: 'on this machine', emulator: 'emulator', deployed: 'deployed' } as const;

function Console({ about: what }: { about: About }) {
  const { path, query } = useWhere();
  const live = useLive(path, query.toString());
  const [notice, setNotice] = useState<Notice>();
  const place = path.split('/')[1] as MenuPlace;
  useEffect(() => {
    document.title = `${TITLES[place] ?? 'Console'} · ${what.name}`;
  }, [place, what.name]);
  const tools = useMemo<Tools>(
    () => ({
      canChange: what.canChange,
      async run(work, commands) {
        try {
          const done = await work();
          setNotice({ text: done.said, isProblem: false, path: done.path, commands });
          return done;
        } catch (error) {
          setNotice({ text: (error as Error).message, isProblem: true, commands });
          return undefined;
        }
      },
    }),
    [what.canChange],
  );
  const take = async (files: readonly File[]) => {
    let last: string | undefined;
    for (const file of files) last = (await tools.run(() => sendFile(file), commandsForFile(file.name)))?.path;
    if (files.length === 1 && last) go(last);
    else if (last) go('/documents');
  };
  return (
    <ToolsContext.Provider value={tools}>
      <a class="skip" href="#content">
        To the content
      </a>
      <header class="top">
        <p class="which">
          <b>{what.name}</b> <span>{what.project}</span>{' '}
          <span class={`kind ${what.kind}`}>
            {KINDS[what.kind]}
            {what.canChange ? '' : ', read-only'}
          </span>
        </p>
        <nav aria-label="Views">
          {what.places.map((one) => (
            <a key={one} href={`/${one}`} aria-current={one === place ? 'page' : undefined}>
              {TITLES[one]}
            </a>
          ))}
          {what.logUrl && (
            <a href={logUrlFor(what.logUrl, 'resource.type="cloud_run_revision"')} target="_blank" rel="noreferrer">
              Log in Cloud Logging
            </a>
          )}
        </nav>
      </header>
      {what.takesFiles && what.canChange && (
        <DropTarget isShown={path === '/documents'} onFiles={(files) => void take(files)} />
      )}
      <main id="content" tabIndex={-1}>
        <p class="trouble" role="status">
          {live.trouble}
        </p>
        <Shown view={live.view} query={query} what={what} />
      </main>
      <aside class={`notice ${notice?.isProblem ? 'bad' : ''}`} hidden={!notice}>
        <span role="status">{notice?.text}</span> {notice?.path && <a href={notice.path}>Show</a>}
        {notice && notice.commands.length > 0 && <Commands commands={notice.commands} />}
        <button type="button" onClick={() => setNotice(undefined)}>
          Close
        </button>
      </aside>
    </ToolsContext.Provider>
  );
}

function Shown({ view, query, what }: { view: View | null | undefined; query: URLSearchParams; what: About }) {
  if (view === undefined) return <p class="empty">Looking…</p>;
  switch (view?.kind) {
    case 'documents':
      return <DocumentsPanel view={view} query={query} />;
    case 'document':
      return <DocumentPanel view={view} logUrl={what.logUrl} />;
    case 'tasks':
      return <TasksPanel view={view} query={query} />;
    case 'task':
      return <TaskPanel view={view} />;
    case 'queues':
      return <QueuesPanel view={view} isLinked={what.kind === 'emulator'} />;
    case 'instances':
      return <InstancesPanel view={view} query={query} />;
    case 'faults':
      return <FaultsPanel view={view} hasStorage={what.kind === 'local'} />;
    case 'stack':
      return <StackPanel view={view} />;
    default:
      return <p class="empty">There is nothing at this address.</p>;
  }
}

async function start(): Promise<void> {
  try {
    await enter();
    const what = await about();
    if (location.pathname === '/') go(`/${what.places[0]}`, { replace: true });
    document.addEventListener('click', followLinks);
    render(<Console about={what} />, document.body);
  } catch (error) {
    const { message } = error as ServerError;
    render(
      <main>
        <h1>Console</h1>
        <p role="alert">{message}</p>
      </main>,
      document.body,
    );
  }
}

await start();
