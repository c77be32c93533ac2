// For the check of the JavaScript: what the desk uses of idb.
export function openDB(name: string, version: number, callbacks: object): Promise<any>;
