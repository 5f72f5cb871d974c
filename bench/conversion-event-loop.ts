import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { scratchFolder } from '../cli/scratch-folder.ts';
import { bundleConverter } from './conversion-bundle.ts';
import { fiftyPages } from './documents/fifty-pages.ts';
import type { Measurement } from './measurement.ts';
import { median } from './median.ts';

const AIM_MILLISECONDS = 20;
const TEXT_BYTES = 10_000_000;
/** So that the histogram has been woken before and is woken after the conversion. */
const SETTLE_MILLISECONDS = 20;

/** The longest that converting keeps the event loop of its process from anything else. */
export const conversionEventLoop: Measurement = {
  name: 'conversion-event-loop',
  async measure({ runs, signal }) {
    await using folder = await scratchFolder('bench-');
    const { converter } = await bundleConverter(folder.path);
    const documents = {
      '50 pages of PDF': { bytes: fiftyPages(), filename: 'a.pdf' },
      '10 MB of text': { bytes: Buffer.alloc(TEXT_BYTES, 'Some words of a long text.\n'), filename: 'a.txt' },
    };
    const longestDelay = async (source: { bytes: Uint8Array; filename: string }) => {
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      await pause(SETTLE_MILLISECONDS, undefined, { signal });
      delay.reset();
      await converter.convert(source, { signal, ocr: 'auto', method: 'auto' });
      await pause(SETTLE_MILLISECONDS, undefined, { signal });
      delay.disable();
      return delay.max / 1e6;
    };
    const comparisons = [];
    for (const [what, source] of Object.entries(documents)) {
      const delays: number[] = [];
      for (let run = 0; run <= runs; run++) {
        const delay = await longestDelay(source);
        if (run > 0) delays.push(delay);
      }
      comparisons.push({
        what: `event loop held up by ${what}`,
        baselineName: 'the most allowed',
        unit: 'ms' as const,
        measured: median(delays),
        baseline: AIM_MILLISECONDS,
        aim: { timesBaseline: 1 },
      });
    }
    return comparisons;
  },
};
