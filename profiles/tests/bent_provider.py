"""A provider of OpenID Connect on a port of its own, that can be bent: each knob is an
attack, or a fault.
"""

import json
import time
from base64 import urlsafe_b64encode
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "our-client", "our-client-secret"
KEY, OTHER_KEY = (RSAKey.generate_key(2048, {"kid": "first"}) for _ in range(2))


class Provider:
    """claims: over what an ID token says; None leaves one out. configuration: over what
    it says of itself. answers: {path: function of the handler} in place of its own.
    """

    def __init__(self, port):
        self.issuer = f"http://127.0.0.1:{port}"
        self.who = {"sub": "alice-there", "email": "alice@example.org"}
        self.who["email_verified"] = True
        self.claims, self.configuration, self.answers = {}, {}, {}
        self.key, self.keys, self.algorithm = KEY, [KEY], "RS256"
        self.in_userinfo = False
        self.codes, self.asked = {}, []
        self.stopped = Event()

    @property
    def settings(self):
        return {
            "name": "Example",
            "issuer": self.issuer,
            "client_id": CLIENT,
            "client_secret": SECRET,
        }

    def authorize(self, address):
        """As the person's browser, who agrees: where it is led back to."""
        asked = {name: one for name, [one] in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        back = {"code": code, "state": asked["state"], "scope": "openid email"}
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    # --- What it answers ---------------------------------------------------------

    def openid_configuration(self):
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
        } | self.configuration

    def jwks(self):
        return {"keys": [key.as_dict(private=False) for key in self.keys]}

    def token(self, body, authorization):
        asked = self.codes.pop(body.get("code"), None)
        challenge = sha256(body.get("code_verifier", "").encode()).digest()
        made = urlsafe_b64encode(challenge).rstrip(b"=").decode()
        if not asked or asked["code_challenge"] != made or not authorization:
            return {"error": "invalid_grant"}
        return {
            "access_token": "an-access-token",
            "token_type": "Bearer",
            "id_token": self.id_token(asked["nonce"]),
        }

    def id_token(self, nonce):
        now = int(time.time())
        who = {"sub": self.who["sub"]} if self.in_userinfo else self.who
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= {"nonce": nonce} | who | self.claims
        claims = {name: one for name, one in claims.items() if one is not None}
        if self.algorithm == "none":
            parts = ({"alg": "none"}, claims)
            texts = [urlsafe_b64encode(json.dumps(p).encode()).decode() for p in parts]
            return ".".join(text.rstrip("=") for text in texts) + "."
        key = self.key if self.algorithm != "HS256" else OctKey.import_key(SECRET)
        header = {"alg": self.algorithm, "kid": "first"}
        return jwt.encode(header, claims, key, algorithms=[self.algorithm])


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(b"")

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, body):
        provider, path = self.server.provider, self.path
        provider.asked.append(path)
        if path in provider.answers:
            return provider.answers[path](self)
        if path.startswith("/authorize?"):  # a browser; its person agrees
            back = provider.authorize(path)
            return self.send(b"", status=302, Location=back)
        form = {name: one for name, [one] in parse_qs(body.decode()).items()}
        answers = {
            "/.well-known/openid-configuration": provider.openid_configuration,
            "/keys": provider.jwks,
            "/userinfo": lambda: provider.who,
            "/token": lambda: provider.token(form, self.headers["Authorization"]),
        }
        return self.send(answers[path]())

    def send(self, told, status=200, **headers):
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextmanager
def bent_provider():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.provider = Provider(server.server_port)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.provider
    finally:
        server.provider.stopped.set()
        server.shutdown()
        server.server_close()
