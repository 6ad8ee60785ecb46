/** Where the time of a rehearsal goes, in seconds. */
export class Phases {
  private readonly begun = Date.now();
  private readonly parts: { readonly name: string; readonly from: number }[] = [
    { name: 'start', from: this.begun },
  ];

  /** Ends the phase before. */
  begin(name: string): void {
    this.parts.push({ name, from: Date.now() });
  }

  /** Since the beginning. */
  seconds(): number {
    return rounded(Date.now() - this.begun);
  }

  /** Of every phase, the last one until now. */
  lengths(): Readonly<Record<string, number>> {
    const lengths = this.parts.map(({ name, from }, index) => {
      const to = this.parts[index + 1]?.from ?? Date.now();
      return [name, rounded(to - from)] as const;
    });
    return Object.fromEntries(lengths);
  }
}

function rounded(ms: number): number {
  return Math.round(ms / 100) / 10;
}
