// One event stream, cut at every place: what does the client's reader make of it?
async (address) => {
  const { EventParser, readEvents } = await import(address);
  const text = ": hello\r\nid: 1\nevent: meta\ndata: {\"a\":\"\u2028 \u2029 ü 🗼\"}\r\n\r\n"
    + "event:text\rdata:one\rdata: two\r\rdata\nid: 3\n\n: beat\n\nid: 2\ndata:  {\"b\":1}\n\ndata: cut off";
  const bytes = new TextEncoder().encode(text);

  const read = async (packets) => {
    const body = new ReadableStream({ start(to) { packets.forEach((each) => to.enqueue(each)); to.close(); } });
    const events = [];
    for await (const event of readEvents(new Response(body))) events.push(event);
    return JSON.stringify(events);
  };
  const whole = await read([bytes]);

  const wrong = [];
  for (let at = 0; at <= bytes.length; at += 1) {
    if (await read([bytes.slice(0, at), bytes.slice(at)]) !== whole) wrong.push(at);
  }
  if (await read([...bytes].map((byte) => Uint8Array.of(byte))) !== whole) wrong.push("each byte");
  let seed = 7;
  for (let turn = 0; turn < 200; turn += 1) {
    const packets = [];
    for (let at = 0; at < bytes.length;) {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      packets.push(bytes.slice(at, at + (seed % 9)));
      at += seed % 9;
    }
    if (await read(packets) !== whole) wrong.push(`turn ${turn}`);
  }
  // An event that ends in a lone CR is whole at once, not with the byte after it.
  const early = new EventParser().feed("data: x\r\r").length;
  return { whole: JSON.parse(whole), wrong, early };
}
