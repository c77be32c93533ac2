// For the check of the JavaScript (tsconfig.json); browsers never load it.
interface Event {
  /** Events of our own carry one; see the comment of the class that sends them. */
  detail: any;
}
interface EventTarget {
  dataset: DOMStringMap;
  closest(selector: string): any;
  close(): void;
}
interface Element {
  dataset: DOMStringMap;
  style: CSSStyleDeclaration;
  focus(options?: FocusOptions): void;
}
