/** Ranked, deterministic suggestions for a misspelled name. */

/** Edit distance with transpositions (optimal string alignment), stopped above `limit`. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforePrevious: number[] = [];
  let previous: number[] = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforePrevious[j - 2] ?? 0) + 1);
      }
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? limit + 1;
}

/** The candidate nearest to `name` (case does not count), or undefined if none is near enough. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  let best: { readonly text: string; readonly distance: number } | undefined;
  for (const text of [...new Set(candidates)].sort()) {
    const distance = editDistance(wanted, text.toLowerCase(), limit);
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { text, distance };
  }
  return best?.text;
}

/** `` `x` might be meant. `` for the nearest candidate, or undefined. */
export function suggestionHint(name: string, candidates: Iterable<string>): string | undefined {
  const found = nearest(name, candidates);
  return found === undefined ? undefined : `\`${found}\` might be meant.`;
}
