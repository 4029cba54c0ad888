// The connection: one EventSource, looked after. The browser reconnects by itself after most failures, but not
// after an answer such as 503, and it does not notice a connection that has silently died.

const SILENCE_SECONDS = 15; // three beats of the server
const RETRY_SECONDS = 2;

/**
 * Follows the stream. `on` has board(document), trouble(), lost(), refused() where the server closed it for good, and,
 * for every sign of life, alive().
 */
export function follow(address, on) {
  let source;
  let heard;

  function connect() {
    source = new EventSource(address);
    heard = performance.now();
    source.addEventListener("board", (event) => {
      alive();
      on.board(JSON.parse(event.data));
    });
    source.addEventListener("trouble", () => {
      alive();
      on.trouble();
    });
    source.addEventListener("beat", alive);
    source.addEventListener("error", () => on.lost());
  }

  function alive() {
    heard = performance.now();
    on.alive();
  }

  connect();
  setInterval(() => {
    const silent = (performance.now() - heard) / 1000 > SILENCE_SECONDS;
    if (silent) on.lost();
    if (source.readyState === EventSource.CLOSED) on.refused();
    if (silent || source.readyState === EventSource.CLOSED) {
      source.close();
      connect();
    }
  }, RETRY_SECONDS * 1000);
}
