import { twilioCaller } from '../transport/serializers/twilio-caller.js';
import type { WsSocket } from '../transport/websocket/ws-socket.js';

/** Twilio sends `connected` and then `start`, at once. */
const mostMessages = 4;
const patienceMs = 5000;

/**
 * Waits until Twilio has said whose call it is: its address cannot tell. What has come by then is kept for the session.
 *
 * @param begin told who calls, undefined when nobody was named in time; not called when the socket closes before
 * @returns stops the waiting, for when the socket has closed; idempotent
 */
export function awaitTwilioUser(socket: WsSocket, begin: (user: string | undefined) => void): () => void {
  let messages = 0;
  let waiting = true;
  const finish = (user: string | undefined): void => {
    clearTimeout(timer);
    if (!waiting) return;
    waiting = false;
    begin(user);
  };
  const timer = setTimeout(() => finish(undefined), patienceMs);
  socket.peek((message) => {
    const user = twilioCaller(message);
    messages += 1;
    if (waiting && user === undefined && messages < mostMessages) return true;
    finish(user ?? undefined);
    return false;
  });
  return () => {
    waiting = false;
    clearTimeout(timer);
  };
}
