import type { AttemptDetails, EpochDetails, ShownDeadlines } from '../views.ts';
import { durationText } from './format.ts';
import { Age, At, CodeBlock, Countdown, useNow } from './parts.tsx';

const WIDTH = 1000;

/** An epoch as it went: its attempts, and the backoffs between them. */
export function Timeline({ epoch, deadlines }: { epoch: EpochDetails; deadlines: ShownDeadlines }) {
  const now = useNow(epoch.outcome === undefined ? 1000 : 3_600_000);
  const { attempts, since, until, ends } = epoch;
  const last = Math.max(since + 1000, until ?? now, ...attempts.map((attempt) => attempt.until ?? now));
  const x = (ms: number) => ((ms - since) / (last - since)) * WIDTH;
  const said = attempts.map((attempt) => `attempt ${attempt.number} ${attempt.answer ?? 'is on its way'}`).join(', ');
  return (
    <>
      <svg
        class="timeline"
        viewBox={`0 0 ${WIDTH} 34`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Time line: ${said}`}
      >
        <rect class="track" x="0" y="15" width={WIDTH} height="4" />
        {attempts.map((attempt, index) => {
          const next = attempts[index + 1];
          return next && attempt.until !== undefined && next.from > attempt.until ? (
            <line key={attempt.from} class="backoff" x1={x(attempt.until)} x2={x(next.from)} y1="17" y2="17" />
          ) : null;
        })}
        {attempts.map((attempt) => (
          <rect
            key={attempt.from}
            class={`attempt ${kindOf(attempt)}`}
            x={x(attempt.from)}
            y="6"
            width={Math.max(3, x(attempt.until ?? now) - x(attempt.from))}
            height="22"
          >
            <title>{`attempt ${attempt.number}: ${attempt.answer ?? 'on its way'}`}</title>
          </rect>
        ))}
        {ends.map(({ kind, at }) => (
          <line key={`${kind}${at}`} class="end" x1={x(at)} x2={x(at)} y1="0" y2="34" />
        ))}
      </svg>
      <p class="ends quiet">
        <At ms={since} />
        <span>{durationText(last - since)}</span>
        {until === undefined ? <span>still open</span> : <At ms={last} />}
      </p>
      {attempts.length > 0 && (
        <ol class="attempts" reversed>
          {[...attempts].reverse().map((attempt) => (
            <AttemptStep
              key={`${attempt.number} ${attempt.from}`}
              attempt={attempt}
              isLast={attempt === attempts.at(-1)}
              deadlines={deadlines}
            />
          ))}
        </ol>
      )}
    </>
  );
}

function kindOf({ until, isSuccess }: AttemptDetails): string {
  if (until === undefined) return 'running';
  return isSuccess ? 'good' : 'bad';
}

interface AttemptProps {
  readonly attempt: AttemptDetails;
  readonly isLast: boolean;
  readonly deadlines?: ShownDeadlines;
}

/** One delivery, against the deadlines that it had, where they are known. */
export function AttemptStep({ attempt, isLast, deadlines }: AttemptProps) {
  const { number, from, until, answer, outcome, nextAt, request, response } = attempt;
  return (
    <li value={number}>
      <p class="line">
        <b class={kindOf(attempt)}>{answer ?? 'on its way'}</b>
        <At ms={from} />
        {until === undefined ? <Age since={from} /> : <span>{durationText(until - from)}</span>}
        {outcome && <span>{outcome}</span>}
        {nextAt !== undefined && (
          <span>
            backoff {durationText(nextAt - (until ?? from))}
            {isLast && (
              <>
                , next in <Countdown to={nextAt} past="a moment" />
              </>
            )}
          </span>
        )}
      </p>
      {deadlines && <DeadlineTrack from={from} until={until} deadlines={deadlines} />}
      {request && (
        <details>
          <summary>Request, payload and answer</summary>
          <CodeBlock label={request.line} text={request.headers} />
          <CodeBlock label="Payload" text={request.body} />
          {response && <CodeBlock label={`Answer ${answer}`} text={`${response.headers}\n\n${response.body}`} />}
        </details>
      )}
    </li>
  );
}

/** How much of its time an attempt has used: what passes a mark is ended there. */
function DeadlineTrack({
  from,
  until,
  deadlines,
}: Pick<AttemptDetails, 'from' | 'until'> & { deadlines: ShownDeadlines }) {
  const now = useNow(until === undefined ? 1000 : 3_600_000);
  const used = ((until ?? now) - from) / 1000;
  const share = (seconds: number) => Math.min(WIDTH, (seconds / deadlines.dispatch) * WIDTH);
  const marks = Object.entries(deadlines) as [keyof ShownDeadlines, number][];
  const chain = marks.map(([name, seconds]) => `${NAMES[name]} ${seconds} s`).join(', ');
  return (
    <div class="deadlines">
      <svg
        viewBox={`0 0 ${WIDTH} 10`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${durationText(used * 1000)} of ${chain}`}
      >
        <rect class="track" x="0" y="3" width={WIDTH} height="4" />
        <rect class="used" x="0" y="3" width={Math.max(2, share(used))} height="4" />
        {marks.map(([name, seconds]) => (
          <line key={name} x1={share(seconds)} x2={share(seconds)} y1="0" y2="10" />
        ))}
      </svg>
      <span class="quiet">{chain}</span>
    </div>
  );
}

const NAMES: Readonly<Record<keyof ShownDeadlines, string>> = {
  conversion: 'conversion',
  budget: 'budget',
  timeout: 'Cloud Run',
  dispatch: 'Cloud Tasks',
};
