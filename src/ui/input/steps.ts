import { CancelledError } from '../../core/errors.js';

/** What one step may ask. Every question throws {@link GoBack} or CancelledError when left that way. */
export interface StepInput {
  pick<T>(o: PickOptions<T>): Promise<T>;
  text(o: TextOptions): Promise<string>;
}

export interface PickItem<T> {
  readonly label: string;
  readonly description?: string | undefined;
  readonly detail?: string | undefined;
  /** Name of a codicon. */
  readonly icon?: string | undefined;
  readonly value: T;
}

/** A row that only says something: choosing it does nothing. */
export type InfoItem = Omit<PickItem<never>, 'value'> & { readonly info: true };
/** A heading above the rows that follow. */
export interface HeadingItem {
  readonly heading: string;
}
export type PickRow<T> = PickItem<T> | InfoItem | HeadingItem;

export interface PickOptions<T> {
  readonly placeholder: string;
  /** May come later; the input shows that it is busy. A failure is shown and ends the flow. */
  readonly items: readonly PickRow<T>[] | Promise<readonly PickRow<T>[]>;
  /** A row that says what is being done until the items are there. */
  readonly waiting?: string | undefined;
  /** Selects the item that this is true for, for example the choice of last time. */
  readonly preselect?: ((value: T) => boolean) | undefined;
  /** Turns typed text that is no item into a choice; undefined while the text is not fit for it. */
  readonly typed?: ((text: string) => PickItem<T> | undefined) | undefined;
}

export interface TextOptions {
  readonly prompt: string;
  readonly value?: string | undefined;
  readonly placeholder?: string | undefined;
  readonly password?: boolean | undefined;
  /** What is wrong with the text, as a sentence; undefined when nothing is. Called while typing. */
  readonly problem?:
    ((text: string) => string | undefined | Promise<string | undefined>) | undefined;
  /** Tries a text without a problem after Enter, while the input stays open; what failed, as a sentence. */
  readonly attempt?: ((text: string) => Promise<string | undefined>) | undefined;
}

export interface Step<S> {
  /** False leaves the step out, as the answers so far stand. */
  readonly when?: (state: S) => boolean;
  /** Asks and writes the answer into the state, where it stands as the default on the way back. */
  readonly ask: (input: StepInput, state: S) => Promise<void>;
}

/** Position of a question in its flow, for the title bar of the input. */
export interface StepPlace {
  readonly title: string;
  /** From 1. */
  readonly step: number;
  readonly totalSteps: number;
  readonly canGoBack: boolean;
}

/** Thrown by a question when the user presses the back button. */
export class GoBack extends Error {
  override readonly name = 'GoBack';
}

/**
 * Asks the steps in order; the back button returns to the one before. The state is only changed by the
 * steps themselves, so cancelling leaves nothing behind.
 * @throws CancelledError when the user leaves
 */
export async function runSteps<S>(
  title: string,
  state: S,
  steps: readonly Step<S>[],
  inputAt: (place: StepPlace) => StepInput,
): Promise<S> {
  const shown: Step<S>[] = [];
  const applies = (step: Step<S>) => step.when?.(state) ?? true;
  let step = steps.find(applies);
  while (step !== undefined) {
    const index = steps.indexOf(step);
    const totalSteps = shown.length + steps.slice(index).filter(applies).length;
    const place = { title, step: shown.length + 1, totalSteps, canGoBack: shown.length > 0 };
    try {
      await step.ask(inputAt(place), state);
      shown.push(step);
      step = steps.slice(index + 1).find(applies);
    } catch (error) {
      if (!(error instanceof GoBack)) throw error;
      step = shown.pop();
      if (step === undefined) throw new CancelledError(error);
    }
  }
  return state;
}
