// A picture in 256 colours: those that it has most of, and that differ enough to be seen.
async (png) => {
  const MOST = 256;
  const SEEN = 6; // The least squared distance of two colours of the palette.
  const blob = await (await fetch(`data:image/png;base64,${png}`)).blob();
  const bitmap = await createImageBitmap(blob);
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const colourAt = (at) => (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
  const counts = new Map();
  for (let at = 0; at < data.length; at += 4) counts.set(colourAt(at), (counts.get(colourAt(at)) ?? 0) + 1);
  const distance = (a, b) => ((a >> 16) - (b >> 16)) ** 2 + (((a >> 8) & 255) - ((b >> 8) & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2;
  const palette = [];
  for (const [colour] of [...counts].sort((a, b) => b[1] - a[1])) {
    if (palette.length < MOST && palette.every((other) => distance(colour, other) > SEEN)) palette.push(colour);
  }
  const nearest = new Map([...counts.keys()].map((colour) => {
    const away = palette.map((other) => distance(colour, other));
    return [colour, away.indexOf(Math.min(...away))];
  }));
  const indices = Uint8Array.from({ length: width * height }, (_, at) => nearest.get(colourAt(at * 4)));
  let text = "";
  for (let at = 0; at < indices.length; at += 8192) text += String.fromCharCode(...indices.subarray(at, at + 8192));
  return { width, height, palette, indices: btoa(text) };
}
