// Keeps the pages of the application and their parts on the device, so that they open without a signal. Data are never kept here: the
// queue of the field has its own place, and everything else is asked for anew.
const SHELL = 'guanjia-shell-1'

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(SHELL)
      .then((cache) => cache.add('/field'))
      .then(() => self.skipWaiting()),
  )
})

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== SHELL).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  )
})

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  if (event.request.method !== 'GET' || url.origin !== location.origin || url.pathname.startsWith('/api/')) return
  if (url.pathname.startsWith('/assets/')) {
    // A part's name has the digest of its content in it: what is kept is right for ever.
    event.respondWith(
      caches.open(SHELL).then(async (cache) => {
        const kept = await cache.match(event.request)
        if (kept) return kept
        const fresh = await fetch(event.request)
        if (fresh.ok) await cache.put(event.request, fresh.clone())
        return fresh
      }),
    )
  } else if (event.request.mode === 'navigate' && url.pathname.startsWith('/field')) {
    event.respondWith(
      fetch(event.request)
        .then(async (fresh) => {
          if (fresh.ok) (await caches.open(SHELL)).put('/field', fresh.clone())
          return fresh
        })
        .catch(async () => (await caches.match('/field')) ?? Response.error()),
    )
  }
})
