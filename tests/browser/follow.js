// Asks one question by the published client; reports what it gave and how it ended.
async ([address, baseUrl, options]) => {
  const { chatStream, stop } = await import(address);
  const events = [], states = [];
  const left = new AbortController();
  let thrown = null;
  try {
    const asked = { token: "lumen_pat_x", ...options, baseUrl, signal: left.signal, onState: (state) => states.push(state) };
    for await (const event of chatStream("project 1", "How much?", asked)) {
      events.push(event);
      if (options.leaveAfter === event.id) left.abort();
      if (options.stopAfter === event.id) await stop(event.data.messageId, { token: "lumen_pat_x", baseUrl });
    }
  } catch (error) {
    thrown = { name: error.name, code: error.code, status: error.status, retryAfter: error.retryAfter };
  }
  return { events, states, thrown };
}
