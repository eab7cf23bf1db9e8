// A person at a browser without scripts: cookies, redirects as long as they stay with the server, and the server's own forms.
import assert from 'node:assert/strict'

export class Person {
  #origin
  #cookies = new Map()

  constructor(issuer) {
    this.#origin = new URL(issuer).origin
  }

  // Answers the page that the browser came to rest on, or the address of another site that it was sent to.
  async open(address, form) {
    for (let hops = 0; hops < 10; hops++) {
      const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const response = await fetch(address, { method: form ? 'POST' : 'GET', body: form, redirect: 'manual', headers: { cookie } })
      for (const set of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(set)
        if (/;\s*expires=Thu, 01 Jan 1970/i.test(set)) this.#cookies.delete(name)
        else this.#cookies.set(name, value)
      }

      const html = await response.text()
      const location = response.headers.get('location')
      if (!location) return { address: new URL(address), status: response.status, html, heading: /<h1>([^<]*)<\/h1>/.exec(html)?.[1] }
      address = new URL(location, address)
      if (address.origin !== this.#origin) return { left: address }
      form = undefined
    }

    assert.fail('the server redirects in a circle')
  }

  // Presses a button of a page, with everything that its form carries.
  press(page, button, filled = {}) {
    const form = page.html.split(/<form/).slice(1).find((one) => one.split('</form>')[0].includes(`>${button}</button>`))?.split('</form>')[0]
    assert.ok(form, `no form with the button ${button} at ${page.address}`)
    const fields = new URLSearchParams()
    for (const [, tag] of form.matchAll(/<input([^>]*)>/g)) {
      const name = attribute(tag, 'name')
      if (name && attribute(tag, 'type') !== 'checkbox') fields.set(name, attribute(tag, 'value') ?? '')
    }

    const [, pressed] = [...form.matchAll(/<button([^>]*)>([^<]*)</g)].find(([, , text]) => text === button)
    if (attribute(pressed, 'name')) fields.set(attribute(pressed, 'name'), attribute(pressed, 'value') ?? '')
    for (const [name, value] of Object.entries(filled)) fields.set(name, value)
    const action = attribute(/^[^>]*/.exec(form)[0], 'action')
    return this.open(action ? new URL(action, page.address) : page.address, fields)
  }

  // The same for a client that nobody is asked about.
  async signIn(address, username, password) {
    const answer = await this.press(await this.open(address), 'Sign in', { username, password })
    assert.ok(answer.left, 'the answer does not go to the client')
    return answer.left
  }

  // Lets a device in, from the link that it shows to its own words on the page.
  async letIn(address, username, password) {
    const enter = await this.press(await this.open(address), 'Sign in', { username, password })
    const done = await this.press(await this.press(enter, 'Continue'), 'Allow')
    assert.equal(done.heading, 'The device is connected')
  }

  // From an authorization request to the address at the client that the answer goes to.
  async signInAndAgree(address, username, password) {
    const signIn = await this.open(address)
    assert.equal(signIn.heading, 'Sign in')
    const consent = await this.press(signIn, 'Sign in', { username, password })
    assert.equal(consent.heading, 'Allow access?')
    const answer = await this.press(consent, 'Allow')
    assert.ok(answer.left, 'the answer does not go to the client')
    return answer.left
  }
}

function attribute(tag, name) {
  const text = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  return text?.replace(/&#x([0-9a-f]+);/gi, (_, hex) => String.fromCodePoint(parseInt(hex, 16))).replace(/&quot;/g, '"').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&')
}
