/** Operators whose only state is the watermark as it was after the last micro-batch: lateness is judged by it. */
import { SectionReader, writeSection } from '../state/section.js';
import { WATERMARK_NONE, type OperatorState, type StateSection } from './operator.js';

const SECTION = 'watermark';

export class WatermarkState implements OperatorState {
  readonly bytes = 8;
  readonly #operator: string;
  watermark_us = WATERMARK_NONE;

  constructor(operator: string) {
    this.#operator = operator;
  }

  dump(): readonly StateSection[] {
    return [writeSection(SECTION, 'watermark', [BigInt64Array.of(this.watermark_us)])];
  }

  load(sections: readonly StateSection[]): void {
    const section = sections.find((candidate) => candidate.name === SECTION);
    const reader = new SectionReader(this.#operator, section ?? { name: SECTION, parts: [] }, 'watermark');
    if (sections.length !== 1) reader.fail(`${sections.length} sections were found, 1 was expected`);
    const words = reader.words(1, 'watermark');
    reader.end();
    this.watermark_us = words[0]!;
  }
}
