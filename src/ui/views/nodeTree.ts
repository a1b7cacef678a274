import * as vscode from 'vscode';
import { isCancelled } from '../../core/errors.js';
import { viewStateOf } from '../failures/viewState.js';
import { abortedBy } from '../abortedBy.js';
import { explainCommand } from '../failures/explainCommand.js';
import { failureSentence } from '../failures/failureSentence.js';
import type { ViewId, ViewState } from '../ids.js';
import { MessageNode } from './messageNode.js';
import type { TreeNode } from './node.js';

export interface NodeTreeOptions {
  readonly id: ViewId;
  readonly log: vscode.LogOutputChannel;
  /** The top rows. What it throws decides which welcome text is shown. */
  readonly roots: (signal: AbortSignal) => Promise<readonly TreeNode[]>;
  /** The state of the view when there are no rows; `empty` by default. */
  readonly emptyState?: () => ViewState;
  readonly canSelectMany?: boolean;
  readonly dragAndDrop?: vscode.TreeDragAndDropController<TreeNode>;
}

/** A view of {@link TreeNode}s: loads on demand, tells failures, and picks the welcome text. */
export class NodeTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly view: vscode.TreeView<TreeNode>;
  readonly onDidChangeTreeData: vscode.Event<TreeNode | undefined>;
  readonly #changed = new vscode.EventEmitter<TreeNode | undefined>();
  readonly #o: NodeTreeOptions;
  #loading = new AbortController();

  constructor(o: NodeTreeOptions) {
    this.#o = o;
    this.onDidChangeTreeData = this.#changed.event;
    this.view = vscode.window.createTreeView(o.id, {
      treeDataProvider: this,
      showCollapseAll: true,
      canSelectMany: o.canSelectMany ?? false,
      ...(o.dragAndDrop && { dragAndDropController: o.dragAndDrop }),
    });
  }

  /** Reads one row again, or everything; answers still under way for the whole tree are dropped. */
  refresh(node?: TreeNode): void {
    if (node === undefined) {
      this.#loading.abort();
      this.#loading = new AbortController();
    }
    this.#changed.fire(node);
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    const item = node.item();
    item.id = node.id;
    return item;
  }

  getParent(node: TreeNode): TreeNode | undefined {
    return node.parent;
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    for (;;) {
      const { signal } = this.#loading;
      const rows =
        node === undefined ? await this.#rootRows(signal) : await this.#childrenOf(node, signal);
      // VS Code takes this answer also for a refresh that came meanwhile: it must be the newest.
      if (signal === this.#loading.signal) return rows;
    }
  }

  async #rootRows(signal: AbortSignal): Promise<TreeNode[]> {
    try {
      const roots = await this.#o.roots(signal);
      if (signal.aborted) return [];
      this.#setState(roots.length > 0 ? 'ready' : (this.#o.emptyState?.() ?? 'empty'));
      return [...roots];
    } catch (error) {
      if (signal.aborted || isCancelled(error)) return [];
      this.#o.log.error(`${this.#o.id}: ${failureSentence(error)}`);
      const state = viewStateOf(error);
      this.#setState(state);
      // The welcome texts say what to do about the others; a row says what nobody foresaw.
      return state === 'failed' ? [this.#failureNode(undefined, error)] : [];
    }
  }

  async resolveTreeItem(
    item: vscode.TreeItem,
    node: TreeNode,
    token: vscode.CancellationToken,
  ): Promise<vscode.TreeItem> {
    if (node.tooltip === undefined) return item;
    try {
      item.tooltip = await abortedBy(token, async (signal) => node.tooltip?.(signal));
    } catch (error) {
      if (!isCancelled(error)) item.tooltip = failureSentence(error);
    }
    return item;
  }

  dispose(): void {
    this.#loading.abort();
    this.view.dispose();
    this.#changed.dispose();
  }

  async #childrenOf(node: TreeNode, signal: AbortSignal): Promise<TreeNode[]> {
    try {
      return [...((await node.children?.(signal)) ?? [])];
    } catch (error) {
      if (signal.aborted || isCancelled(error)) return [];
      this.#o.log.error(`${this.#o.id}: ${failureSentence(error)}`);
      return [this.#failureNode(node, error)];
    }
  }

  #failureNode(parent: TreeNode | undefined, error: unknown): TreeNode {
    const detail = failureSentence(error);
    return new MessageNode(parent, detail, {
      icon: 'error',
      detail,
      command: explainCommand(detail),
    });
  }

  #setState(state: ViewState): void {
    void vscode.commands.executeCommand('setContext', `${this.#o.id}.state`, state);
  }
}
