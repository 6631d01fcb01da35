// A single-page app: the card comes with its page and goes with it. React 19 sets a custom element's attributes itself.
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

function useIdentity() {
  const [identity, setIdentity] = useState();
  useEffect(() => {
    fetch("/guides/session.json").then((answer) => answer.json()).then((session) => setIdentity(session.identity));
  }, []);
  return identity;
}

function Refer({ onShared }) {
  const identity = useIdentity();
  useEffect(() => {
    const heard = (event) => onShared(event.detail.channel);
    document.addEventListener("honeyguide:shared", heard);
    return () => document.removeEventListener("honeyguide:shared", heard);
  }, [onShared]);
  return identity ? <honeyguide-share identity={identity} /> : <p>One moment…</p>;
}

function App() {
  const [page, setPage] = useState("home");
  const [channel, setChannel] = useState();
  return (
    <>
      <h1>React</h1>
      <nav>
        <button onClick={() => setPage("home")}>Home</button>
        <button id="to-refer" onClick={() => setPage("refer")}>Refer a friend</button>
      </nav>
      {page === "refer" ? <Refer onShared={setChannel} /> : <p id="home">This is the first page.</p>}
      {channel && <p id="thanks">Thank you for sharing by {channel}.</p>}
    </>
  );
}

createRoot(document.querySelector("#app")).render(<App />);
