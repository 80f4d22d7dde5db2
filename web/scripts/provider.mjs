// A real OpenID Connect provider for the tests of the server: `node provider.mjs HERE`, where HERE is the address of the server under test.
// It prints {"issuer", "now"} and lives until its standard input ends. Whoever is named by login_hint has signed in: NAME has the subject
// sub-NAME, the e-mail address NAME@guanjia.test and the name NAME; what follows a ~ is in the subject alone.
//
// POST /forge {claims, key}: the next token says this instead, signed with the provider's own key, or with one that it never published.
// POST /rotate: from now on it signs with a new key, and publishes that one alone.
import { generateKeyPairSync, sign } from 'node:crypto'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import Provider from 'oidc-provider'

const here = process.argv[2]

function key(kid) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const { kty, n, e } = privateKey.export({ format: 'jwk' })
  return { kid, privateKey, jwk: { kty, n, e, kid, use: 'sig', alg: 'RS256' } }
}

const word = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

function signed(claims, { kid, privateKey }) {
  const body = `${word({ alg: 'RS256', typ: 'JWT', kid })}.${word(claims)}`
  return `${body}.${sign('sha256', Buffer.from(body), privateKey).toString('base64url')}`
}

const first = key('first')
let current = first
let forged = null

const server = createServer()
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const issuer = `http://127.0.0.1:${server.address().port}`

const provider = new Provider(issuer, {
  jwks: {
    keys: [first.privateKey.export({ format: 'jwk' })].map((jwk) => ({
      ...jwk,
      kid: 'first',
      use: 'sig',
      alg: 'RS256',
    })),
  },
  cookies: { keys: ['of a test'] },
  clients: [
    {
      client_id: 'guanjia',
      client_secret: 'a secret of this test',
      redirect_uris: [`${here}/api/openid/return`],
      post_logout_redirect_uris: [`${here}/`],
    },
  ],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, accountId) => {
    const name = accountId.replace(/^sub-/, '').replace(/~.*$/, '')
    const email = `${name}@guanjia.test`
    const verified = !name.startsWith('unverified')
    return {
      accountId,
      claims: () => ({
        sub: accountId,
        email,
        email_verified: verified,
        name: `${name} 先生`,
        preferred_username: name,
      }),
    }
  },
  loadExistingGrant: async ({ oidc }) => {
    const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId })
    grant.addOIDCScope('openid email profile')
    await grant.save()
    return grant
  },
})

provider.use(async (ctx, next) => {
  if (ctx.path.startsWith('/interaction/')) {
    const { params } = await provider.interactionDetails(ctx.req, ctx.res)
    const result = { login: { accountId: `sub-${params.login_hint}` } }
    ctx.respond = false
    await provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: false })
    return
  }
  await next()
  if (ctx.path === '/jwks' && current !== first) ctx.body = { keys: [current.jwk] }
  if (ctx.path === '/token' && ctx.body?.id_token && (forged || current !== first)) {
    const claims = JSON.parse(Buffer.from(ctx.body.id_token.split('.')[1], 'base64url'))
    const by = forged?.key === 'unknown' ? { ...key('first') } : current
    ctx.body = { ...ctx.body, id_token: signed({ ...claims, ...forged?.claims }, by) }
    forged = null
  }
})

const answer = provider.callback()
server.on('request', async (request, response) => {
  if (request.url === '/forge') forged = JSON.parse(await text(request))
  else if (request.url === '/rotate') current = key('second')
  else return answer(request, response)
  response.writeHead(204).end()
})

process.stdin.on('end', () => process.exit(0)).resume()
console.log(JSON.stringify({ issuer, now: Date.now() }))
