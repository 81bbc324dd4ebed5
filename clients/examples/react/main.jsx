import { useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import { connect } from "../connect.js";

function List({ collection }) {
  const { entries, status, unsentCount } = useSyncExternalStore(collection.subscribe, collection.snapshot);
  return (
    <>
      <p role="status">{status}, {unsentCount} to send</p>
      <ul>
        {entries.map((entry) => (
          <li key={entry.anime_id}>
            {entry.title}: {entry.progress}{" "}
            <button onClick={() => collection.increment(entry.anime_id)}>+1</button>
          </li>
        ))}
      </ul>
    </>
  );
}

const collection = await connect();
createRoot(document.querySelector("main")).render(<List collection={collection} />);
