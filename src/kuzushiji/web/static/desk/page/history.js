/** What was before, for undo and redo; columns are never changed, so a step costs one reference. */
const DEEPEST = 500;

export class History {
  constructor(columns, past = [], future = []) {
    this.columns = columns;
    this.past = past;
    this.future = future;
  }

  /** A step that can be taken back. */
  step(columns) {
    if (columns === this.columns) return false;
    this.past = [...this.past.slice(1 - DEEPEST), this.columns];
    this.future = [];
    this.columns = columns;
    return true;
  }

  /** Something that a person did not do, such as a new reading: undo passes over it. */
  amend(columns) {
    this.columns = columns;
  }

  undo() {
    if (!this.past.length) return false;
    this.future = [...this.future, this.columns];
    this.columns = this.past.at(-1);
    this.past = this.past.slice(0, -1);
    return true;
  }

  redo() {
    if (!this.future.length) return false;
    this.past = [...this.past, this.columns];
    this.columns = this.future.at(-1);
    this.future = this.future.slice(0, -1);
    return true;
  }
}
