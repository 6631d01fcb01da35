// Like Next's app/refer/page.jsx: the server knows who is signed in, so the identity comes with the page.
import { useState } from "react";

export default function Page({ identity }) {
  const [count, setCount] = useState(0);
  return (
    <main>
      <h1>Server rendering</h1>
      <honeyguide-share identity={identity}>
        <a href="/refer">Refer a friend</a>
      </honeyguide-share>
      <button id="count" onClick={() => setCount(count + 1)}>Pressed {count} times</button>
    </main>
  );
}
