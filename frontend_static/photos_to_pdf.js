/**
 * Photos as the pages of one PDF, which then is a document as any other. A page is of A4, upright or lying as its photo
 * is, with the photo as large as fits in its middle. The JPEGs go in as they are. Pure.
 */

/** @typedef {{jpeg: Uint8Array, width: number, height: number}} Photo three colours a pixel, as canvases make them */

const SHORT = 595.28;
const LONG = 841.89;
const OBJECTS_A_PAGE = 3;

/**
 * @param {Photo[]} photos at least one
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function pdfOf(photos) {
  const file = new Writer();
  const pages = photos.map((_, at) => `${3 + OBJECTS_A_PAGE * at} 0 R`).join(" ");
  file.object("<< /Type /Catalog /Pages 2 0 R >>");
  file.object(`<< /Type /Pages /Kids [${pages}] /Count ${photos.length} >>`);
  for (const [at, photo] of photos.entries()) {
    const number = 3 + OBJECTS_A_PAGE * at;
    const { paper, place } = layout(photo);
    file.object(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${paper.join(" ")}] /Contents ${number + 1} 0 R `
      + `/Resources << /XObject << /Photo ${number + 2} 0 R >> >> >>`);
    const drawing = new TextEncoder().encode(`q ${place.join(" ")} cm /Photo Do Q`);
    file.object(`<< /Length ${drawing.length} >>`, drawing);
    file.object(`<< /Type /XObject /Subtype /Image /Width ${photo.width} /Height ${photo.height} /ColorSpace /DeviceRGB `
      + `/BitsPerComponent 8 /Filter /DCTDecode /Length ${photo.jpeg.length} >>`, photo.jpeg);
  }
  return file.ended();
}

/**
 * The paper's size, and the matrix that lays the photo's unit square where it belongs.
 * @param {Photo} photo
 */
function layout({ width, height }) {
  const paper = width > height ? [LONG, SHORT] : [SHORT, LONG];
  const [across = SHORT, up = LONG] = paper;
  const scale = Math.min(across / width, up / height);
  const [wide, high] = [width * scale, height * scale];
  const place = [wide, 0, 0, high, (across - wide) / 2, (up - high) / 2].map((each) => Number(each.toFixed(3)));
  return { paper, place };
}

/** Bytes one after the other, and where each object begins, as the table at a PDF's end tells it. */
class Writer {
  /** @type {Uint8Array[]} */
  #pieces = [];
  #length = 0;
  /** @type {number[]} */
  #begins = [];

  constructor() {
    this.#write("%PDF-1.4\n");
    this.#put(new Uint8Array([0x25, 0xe2, 0xe3, 0xcf, 0xd3, 0x0a])); // says that what follows is no text
  }

  /**
   * @param {string} dictionary
   * @param {Uint8Array} [stream]
   */
  object(dictionary, stream) {
    this.#begins.push(this.#length);
    this.#write(`${this.#begins.length} 0 obj\n${dictionary}\n`);
    if (stream) {
      this.#write("stream\n");
      this.#put(stream);
      this.#write("\nendstream\n");
    }
    this.#write("endobj\n");
  }

  /** The whole file. */
  ended() {
    const table = this.#length;
    const rows = this.#begins.map((each) => `${String(each).padStart(10, "0")} 00000 n \n`);
    const size = rows.length + 1;
    this.#write(`xref\n0 ${size}\n0000000000 65535 f \n${rows.join("")}`);
    this.#write(`trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`);
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  /** @param {string} text */
  #write(text) {
    this.#put(new TextEncoder().encode(text));
  }

  /** @param {Uint8Array} bytes */
  #put(bytes) {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
  }
}
