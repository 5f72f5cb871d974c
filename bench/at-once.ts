/** Does something `times` times, `width` at once. */
export async function atOnce(width: number, times: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < times) await work(next++);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
