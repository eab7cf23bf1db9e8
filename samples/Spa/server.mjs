// Serves the page, its script and the library; every address is the one page. Nothing of the sign-in happens here.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const port = Number(process.env.PORT ?? 5002)
const authority = process.env.AUTHORITY ?? 'http://localhost:5000'
const library = join(dirname(createRequire(import.meta.url).resolve('oidc-client-ts')), '..', 'browser', 'oidc-client-ts.min.js')
const files = { '/app.js': [new URL('app.js', import.meta.url), 'text/javascript'], '/oidc-client-ts.js': [library, 'text/javascript'] }

createServer(async (request, response) => {
  const [file, type] = files[request.url] ?? [new URL('index.html', import.meta.url), 'text/html; charset=utf-8']
  const text = (await readFile(file, 'utf8')).replaceAll('%AUTHORITY%', authority)
  // The page runs its own scripts and speaks to itself and the server, and nothing else.
  response.writeHead(200, { 'content-type': type, 'content-security-policy': `default-src 'self'; img-src data:; connect-src 'self' ${authority}; frame-src ${authority}` })
  response.end(text)
}).listen(port, 'localhost', () => console.log(`The application is at http://localhost:${port}/`))
