"""An SMTP server for tests, on Debian's python3-aiosmtpd. Prints its port, then takes mail into a folder.

The file "mode" in the folder says how it behaves from now on: accept, refuse (550 for every recipient), greylist (451 for
the first attempt of each Message-ID's recipient, then accept), hang (no answer to DATA).
"""
import asyncio
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Handler:
    def __init__(self, folder):
        self.folder = folder
        self.seen = set()
        self.count = 0

    def mode(self):
        with open(os.path.join(self.folder, "mode"), encoding="ascii") as file:
            return file.read().strip()

    async def handle_RCPT(self, server, session, envelope, address, options):
        mode = self.mode()
        if mode == "refuse":
            return "550 5.1.1 no such mailbox <%s>" % address
        if mode == "greylist" and address not in self.seen:
            self.seen.add(address)
            return "451 4.7.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        if self.mode() == "hang":
            await asyncio.sleep(3600)
        self.count += 1
        name = os.path.join(self.folder, "%04d.eml" % self.count)
        about = "X-Test-Tls: %s\nX-Test-User: %s\nX-Receiver: %s\n" % (
            session.ssl is not None, session.auth_data, ", ".join(envelope.rcpt_tos))
        with open(name + ".part", "wb") as file:
            file.write(about.encode("utf-8") + envelope.original_content)
        os.rename(name + ".part", name)
        return "250 2.0.0 taken"


class Server(SMTP):
    """Keywords are compared without regard to case (RFC 5321, 2.4), which aiosmtpd forgets for mechanisms; .NET writes "AUTH login"."""

    async def smtp_AUTH(self, arg):
        mechanism, _, rest = (arg or "").partition(" ")
        await super().smtp_AUTH((mechanism.upper() + " " + rest).strip())


def authenticate(user, password):
    def check(server, session, envelope, mechanism, data):
        good = (data.login.decode(), data.password.decode()) == (user, password)
        return AuthResult(success=good, handled=good, auth_data=data.login.decode() if good else None)
    return check


async def main(folder, certificate, user, password):
    handler = Handler(folder)
    options = {"hostname": "localhost", "enable_SMTPUTF8": True}
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        options.update(tls_context=context, require_starttls=True)
    if user:
        options.update(authenticator=authenticate(user, password), auth_required=True)
    server = await asyncio.get_running_loop().create_server(lambda: Server(handler, **options), "127.0.0.1", 0)
    print("port %d" % server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main(sys.argv[1], *(sys.argv[2:5] + [""] * (5 - len(sys.argv)))))
