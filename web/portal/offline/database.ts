/** What the portal keeps on the device: last answers, and what waits to be sent; by person, and gone with signing out. */

const STORES = ["answers", "queue"] as const;
export type Store = (typeof STORES)[number];

let opened: Promise<IDBDatabase> | null = null;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("portal", 1);
    request.addEventListener("upgradeneeded", () => {
      for (const store of STORES) request.result.createObjectStore(store);
    });
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(failure(request)));
  });
  return opened;
}
const failure = (request: IDBRequest): Error => request.error ?? new Error("the device's storage failed");

async function run<T>(store: Store, mode: IDBTransactionMode, work: (s: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode);
    const request = work(transaction.objectStore(store));
    transaction.addEventListener("complete", () => resolve(request.result));
    transaction.addEventListener("abort", () => reject(transaction.error ?? failure(request)));
  });
}

export const getItem = (store: Store, key: string): Promise<unknown> => run(store, "readonly", (s) => s.get(key));
export const putItem = async (store: Store, key: string, value: unknown): Promise<void> =>
  void (await run(store, "readwrite", (s) => s.put(value, key)));
export const deleteItem = (store: Store, key: string): Promise<void> => run(store, "readwrite", (s) => s.delete(key));

/** All of a person's, in the order of their keys. */
export const itemsOf = (store: Store, sub: string): Promise<unknown[]> =>
  run(store, "readonly", (s) => s.getAll(rangeOf(sub)));
export const deleteItemsOf = (store: Store, sub: string): Promise<void> =>
  run(store, "readwrite", (s) => s.delete(rangeOf(sub)));

/** Keys begin with the subject and a bar. */
const rangeOf = (sub: string): IDBKeyRange => IDBKeyRange.bound(`${sub}|`, `${sub}|\uFFFF`);
