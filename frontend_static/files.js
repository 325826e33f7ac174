/** Files out of drops, pastes and folders. */

const LITTER = new Set([".DS_Store", "Thumbs.db", "desktop.ini"]);

/**
 * Every file of a drop, folders opened. The entries must be taken before the first await: the browser empties them.
 * @param {DataTransfer} transfer
 * @returns {Promise<File[]>}
 */
export async function filesOfDrop(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? null);
  const plain = items.map((item) => item.getAsFile());
  const files = [];
  for (const [at, entry] of entries.entries()) {
    const file = plain[at];
    if (entry?.isDirectory) files.push(...(await filesOfFolder(/** @type {FileSystemDirectoryEntry} */ (entry))));
    else if (file) files.push(file);
  }
  return withoutLitter(files);
}

/** @param {FileList | null} list */
export function filesOfList(list) {
  return withoutLitter([...(list ?? [])]);
}

/**
 * @param {FileSystemDirectoryEntry} folder
 * @returns {Promise<File[]>}
 */
async function filesOfFolder(folder) {
  const reader = folder.createReader();
  const files = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)); // at most 100 at a time
    if (some.length === 0) return files;
    for (const entry of some) {
      if (entry.isDirectory) files.push(...(await filesOfFolder(/** @type {FileSystemDirectoryEntry} */ (entry))));
      else files.push(await fileOf(/** @type {FileSystemFileEntry} */ (entry)));
    }
  }
}

/**
 * @param {FileSystemFileEntry} entry
 * @returns {Promise<File>}
 */
function fileOf(entry) {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** @param {File[]} files */
function withoutLitter(files) {
  return files.filter((file) => !LITTER.has(file.name));
}
