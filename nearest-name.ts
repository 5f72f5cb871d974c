/** The known name that a misspelt one is nearest to, and how many letters have to be changed, added or left out for it. */
export function nearestName<T extends string>(name: string, known: readonly [T, ...T[]]): { name: T; edits: number } {
  return known
    .map((candidate) => ({ name: candidate, edits: editsBetween(name, candidate) }))
    .reduce((nearest, next) => (next.edits < nearest.edits ? next : nearest));
}

/** Levenshtein's distance, a row of its table at a time. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row.at(-1) as number;
}
