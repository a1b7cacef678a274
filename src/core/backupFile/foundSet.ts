import { readConfiguration, type Configuration } from './configuration.js';
import { parseSetStart, parseVolume, type SetStart, type SetVolume } from './setBlocks.js';
import type { Tape, TapeItem } from './tape.js';
import { unlessDamaged } from './unreadable.js';
import type { WorkBudget } from './workBudget.js';

/** A backup set as far as it has been read. */
export interface FoundSet {
  /** Where its SSET block is on the tape. */
  readonly offset: number;
  readonly start: SetStart;
  volume?: SetVolume;
  /** MSCI's copy, written when the backup began: sizes are estimates, there is no finish date. */
  head?: Configuration;
  /** MSLS's copy, written when the backup ended. */
  final?: Configuration;
  /** Filemarks met since SSET: the second one ends the set. */
  filemarks: number;
}

/** Takes what one item of the tape tells about the set it belongs to. */
export async function collect(
  sets: FoundSet[],
  item: TapeItem,
  tape: Tape,
  budget: WorkBudget,
): Promise<void> {
  const { block } = item;
  const set = sets.at(-1);
  if (item.kind === 'block' && block.type === 'SSET') {
    budget.spend('sets');
    sets.push({ offset: block.offset, start: parseSetStart(block), filemarks: 0 });
  } else if (set === undefined) {
    return;
  } else if (item.kind === 'block') {
    if (block.type === 'SFMB') set.filemarks++;
    else if (block.type === 'VOLB') set.volume ??= parseVolume(block);
  } else if (item.stream.id === 'MQCI') {
    // A damaged description does not stop the walk: its stream still says where the next one is.
    const configuration = await unlessDamaged(
      readConfiguration(tape, item.stream, budget, partWanted(set)),
    );
    if (configuration === undefined) return;
    if (block.type === 'MSCI') set.head ??= configuration;
    else if (block.type === 'MSLS') set.final ??= configuration;
  }
}

/** What is still wanted of the next copy of a set's configuration. */
export const partWanted = ({ head }: FoundSet) => (head === undefined ? 'all' : 'database');
