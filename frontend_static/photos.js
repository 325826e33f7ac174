/** A photo as a camera gives it, made upright and no larger than reading needs. */

/** @import {Photo} from "./photos_to_pdf.js" */

const LONGEST = 3000; // pixels: some 250 a inch on A4, more than recognition asks for
const QUALITY = 0.85;
const SMALL = 320;

/**
 * The photo as a JPEG, and a small picture of it. Rejects what the browser cannot open.
 * @param {File} file
 * @returns {Promise<Photo & {small: HTMLCanvasElement}>}
 */
export async function developed(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    const canvas = drawn(bitmap, LONGEST);
    const blob = await new Promise((/** @type {(blob: Blob | null) => void} */ resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    if (!blob) throw new Error("the photo could not be encoded");
    const { width, height } = canvas;
    return { jpeg: new Uint8Array(await blob.arrayBuffer()), width, height, small: drawn(bitmap, SMALL) };
  } finally {
    bitmap.close();
  }
}

/**
 * @param {ImageBitmap} bitmap
 * @param {number} longest pixels on its longer side, at most
 */
function drawn(bitmap, longest) {
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser has no canvas left");
  context.fillStyle = "white"; // what a picture leaves open would turn black
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}
