/** What a person sees who opens the server's address in a browser. */
export const landingPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Slowcat</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}</style>
<h1>Slowcat</h1>
<p>This is a local voice server with a memory. It is running.</p>
<ul>
<li>Voice clients connect to <code>/ws</code> (WebSocket, Pipecat's protobuf frames), or to <code>/rtvi</code> (RTVI as JSON text), <code>/pcm</code> (bare 16-bit audio), <code>/twilio</code>.</li>
<li><code>POST /connect</code> tells a client the full address.</li>
<li><a href="health"><code>/health</code></a> tells whether the engines are ready.</li>
</ul>
</html>
`;
