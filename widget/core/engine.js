// How the core is asked: text is written where it says, and read where it says.
//
// `memory.buffer` is looked up each time: it is another one whenever memory has grown.

export const asker = ({ memory, room, respond, length }) => {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  return (text) => {
    const bytes = encoder.encode(text);
    const at = room(bytes.length);
    new Uint8Array(memory.buffer).set(bytes, at);
    const from = respond();
    return decoder.decode(new Uint8Array(memory.buffer, from, length()));
  };
};
