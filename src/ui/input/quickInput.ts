import * as vscode from 'vscode';
import { CancelledError } from '../../core/errors.js';
import {
  GoBack,
  type PickItem,
  type PickRow,
  type PickOptions,
  runSteps,
  type Step,
  type StepInput,
  type StepPlace,
  type TextOptions,
} from './steps.js';

/** Asks the steps with VS Code's own inputs: title, step count and back button. */
export function askSteps<S>(title: string, state: S, steps: readonly Step<S>[]): Promise<S> {
  return runSteps(title, state, steps, (place) => new QuickStepInput(place));
}

/** One question outside of a flow. */
export const ask = (title: string): StepInput =>
  new QuickStepInput({ title, step: 1, totalSteps: 1, canGoBack: false });

interface Row<T> extends vscode.QuickPickItem {
  /** undefined for rows that cannot be chosen. */
  readonly choice: PickItem<T> | undefined;
}

class QuickStepInput implements StepInput {
  readonly #place: StepPlace;

  constructor(place: StepPlace) {
    this.#place = place;
  }

  async pick<T>(o: PickOptions<T>): Promise<T> {
    const input = vscode.window.createQuickPick<Row<T>>();
    input.placeholder = o.placeholder;
    input.matchOnDescription = true;
    input.matchOnDetail = true;
    let rows: readonly Row<T>[] = [];
    const show = () => {
      const typed = input.value.trim() === '' ? undefined : o.typed?.(input.value.trim());
      input.items = typed === undefined ? rows : [...rows, { ...rowOf(typed), alwaysShow: true }];
    };
    return this.#shown(input, async (accepted) => {
      if (o.typed !== undefined) input.onDidChangeValue(show);
      input.busy = true;
      if (o.waiting !== undefined) {
        rows = [rowOf<T>({ info: true, label: o.waiting, icon: 'loading~spin' })];
        show();
      }
      const loaded = Promise.resolve(o.items).then((items) => {
        rows = items.map(rowOf);
        show();
        const active = rows.find(({ choice }) => choice && o.preselect?.(choice.value));
        if (active !== undefined) input.activeItems = [active];
        input.busy = false;
      });
      // The user may choose typed text before the list is there, but a failed list ends the flow.
      const chosen = accepted(() => input.selectedItems[0]?.choice);
      return (await Promise.race([chosen, loaded.then(() => chosen)])).value;
    });
  }

  async text(o: TextOptions): Promise<string> {
    const input = vscode.window.createInputBox();
    input.prompt = o.prompt;
    input.value = o.value ?? '';
    input.placeholder = o.placeholder ?? '';
    input.password = o.password ?? false;
    return this.#shown(input, async (accepted) => {
      let latest = 0;
      const check = async () => {
        const turn = ++latest;
        const problem = await o.problem?.(input.value);
        if (turn === latest) input.validationMessage = problem;
        return problem;
      };
      input.onDidChangeValue(() => void check());
      if (input.value !== '') void check();
      return accepted(async () => {
        const { value } = input;
        if ((await check()) !== undefined) return undefined;
        return (await attempted(input, o, value)) ? value : undefined;
      });
    });
  }

  /**
   * Shows the input until it has an answer, and removes it in every case. `accepted` waits for Enter
   * and an answer that is not undefined.
   */
  async #shown<R>(
    input: vscode.QuickInput & Answerable,
    use: (
      accepted: <T>(answer: () => T | undefined | Promise<T | undefined>) => Promise<T>,
    ) => Promise<R>,
  ): Promise<R> {
    const { title, step, totalSteps, canGoBack } = this.#place;
    input.title = title;
    if (totalSteps > 1) {
      input.step = step;
      input.totalSteps = totalSteps;
    }
    input.ignoreFocusOut = true;
    input.buttons = canGoBack ? [vscode.QuickInputButtons.Back] : [];
    try {
      const left = new Promise<never>((_, reject) => {
        input.onDidHide(() => {
          reject(new CancelledError());
        });
        input.onDidTriggerButton(() => {
          reject(new GoBack());
        });
      });
      const accepted = <T>(answer: () => T | undefined | Promise<T | undefined>) =>
        new Promise<T>((resolve, reject) => {
          input.onDidAccept(async () => {
            try {
              const value = await answer();
              if (value !== undefined) resolve(value);
            } catch (error) {
              reject(error);
            }
          });
        });
      const result = use(accepted);
      input.show();
      return await Promise.race([result, left]);
    } finally {
      input.dispose();
    }
  }
}

/** Tries the text where there is something to try, and shows what failed. */
async function attempted(
  input: vscode.InputBox,
  { attempt }: TextOptions,
  text: string,
): Promise<boolean> {
  if (attempt === undefined) return true;
  input.busy = true;
  input.enabled = false;
  try {
    const problem = await attempt(text);
    input.validationMessage = problem;
    return problem === undefined;
  } finally {
    input.enabled = true;
    input.busy = false;
  }
}

/** What QuickPick and InputBox have in common beyond QuickInput. */
interface Answerable {
  readonly onDidAccept: vscode.Event<void>;
  buttons: readonly vscode.QuickInputButton[];
  readonly onDidTriggerButton: vscode.Event<vscode.QuickInputButton>;
}

function rowOf<T>(row: PickRow<T>): Row<T> {
  if ('heading' in row) {
    return { label: row.heading, kind: vscode.QuickPickItemKind.Separator, choice: undefined };
  }
  const { label, description, detail, icon } = row;
  return {
    label,
    choice: 'info' in row ? undefined : row,
    ...(description !== undefined && { description }),
    ...(detail !== undefined && { detail }),
    ...(icon !== undefined && { iconPath: new vscode.ThemeIcon(icon) }),
  };
}
