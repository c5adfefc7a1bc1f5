"""The step of a trial that looks at TLS: the chain, the names and the time of the server's certificate."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography import x509

from console.workspace.trial.network import ask_for_tls
from console.workspace.trial.steps import StepFailed, Who

if TYPE_CHECKING:
    from console.settings.profiles.profile import Profile
    from console.workspace.trial.network import Found

# OpenSSL's numbers for what is wrong with a certificate.
_NOT_YET: Final = 9
_EXPIRED: Final = 10
_UNKNOWN_ISSUER: Final = frozenset({2, 18, 19, 20, 21, 24})
_OTHER_NAME: Final = frozenset({62, 64})
_SOON_DAYS: Final = 21
_NAMES_SHOWN: Final = 4


def encrypt(found: Found, profile: Profile, timeout_s: float) -> str:
    """Make a TLS connection as the profile asks for it; return what was found. Raises StepFailed."""
    if not found.offers_tls:
        raise StepFailed(
            f"{found.host} offers no TLS, and this profile asks for it (tls = {profile.tls}).",
            Who.SERVER,
            "It is switched on with ssl = on and a certificate. Only for a server on this computer is tls = "
            "off no danger.",
        )
    context = _context(profile)
    try:
        certificate, version = _shaken(found, context, timeout_s)
    except ssl.SSLCertVerificationError as error:
        raise _not_trusted(found, profile, error, timeout_s) from None
    except ssl.SSLError as error:
        reason = (error.reason or "no reason is given").replace("_", " ").lower()
        raise StepFailed(
            f"{found.host} and this computer agree on no encryption: {reason}.",
            Who.SERVER,
            "Its TLS must be 1.2 or newer (ssl_min_protocol_version).",
        ) from None
    except TimeoutError:
        raise StepFailed(
            f"{found.host} offers TLS and then says nothing.", Who.SERVER, "Its owner must look at it."
        ) from None
    except OSError:
        raise StepFailed(
            f"{found.host} offers TLS and then closes the connection.",
            Who.SERVER,
            "Something between the two may not let TLS through; else its log says why.",
        ) from None
    return f"{version}; {_about(certificate)}" if certificate else version


def _context(profile: Profile) -> ssl.SSLContext:
    """Return what libpq would do, as Python's own TLS does it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = profile.tls == "verify-full"
    if profile.tls == "require":
        context.verify_mode = ssl.CERT_NONE
    elif profile.root_certificate:
        file = Path(profile.root_certificate).expanduser()
        try:
            context.load_verify_locations(file)
        except (OSError, ssl.SSLError) as error:
            raise _unusable("root_certificate", file, error) from None
    else:
        context.load_default_certs()
    if profile.client_certificate:
        certificate, key = (
            Path(one).expanduser() for one in (profile.client_certificate, profile.client_key)
        )
        try:
            context.load_cert_chain(certificate, key, password=_no_password)
        except (OSError, ssl.SSLError, ValueError) as error:
            raise _unusable("client_certificate or client_key", certificate, error) from None
    return context


def _no_password() -> str:
    raise ValueError("the key has a password of its own, which nobody is asked for")


def _unusable(what: str, file: Path, error: Exception) -> StepFailed:
    if isinstance(error, ssl.SSLError):
        reason = "it is no certificate in PEM, or the two do not belong together"
    else:
        reason = str(getattr(error, "strerror", None) or error)
    return StepFailed(
        f"{what}: {file} cannot be used: {reason}.",
        Who.YOU,
        "Name the file that who runs the server gave you.",
    )


def _shaken(found: Found, context: ssl.SSLContext, timeout_s: float) -> tuple[x509.Certificate | None, str]:
    """Shake hands; return the server's certificate and the version of TLS."""
    plain, _offered = ask_for_tls(found, timeout_s)
    with plain, context.wrap_socket(plain, server_hostname=found.host.name) as secured:
        der = secured.getpeercert(binary_form=True)
        return (x509.load_der_x509_certificate(der) if der else None), secured.version() or "TLS"


def _not_trusted(
    found: Found, profile: Profile, error: ssl.SSLCertVerificationError, timeout_s: float
) -> StepFailed:
    """Say which of chain, name and time it is, from the certificate itself."""
    seen = _seen(found, timeout_s)
    code = error.verify_code
    if code in _OTHER_NAME:
        names = _names(seen) if seen is not None else "other names"
        return StepFailed(
            f"The certificate of {found.host.name} is for {names}.",
            Who.YOU,
            "Write the host as the certificate has it; or who runs the server needs one with this name. If "
            "neither explains it, somebody else may have answered: do not sign in.",
        )
    if code in {_EXPIRED, _NOT_YET}:
        moment = (
            None
            if seen is None
            else seen.not_valid_after_utc
            if code == _EXPIRED
            else seen.not_valid_before_utc
        )
        verb = "ended" if code == _EXPIRED else "begins"
        when = "" if moment is None else f" on {moment:%Y-%m-%d}"
        return StepFailed(
            f"The time of the certificate of {found.host.name} {verb}{when}.",
            Who.SERVER,
            f"They need a new one. This computer's date is {datetime.now(UTC):%Y-%m-%d}; is that right?",
        )
    if code in _UNKNOWN_ISSUER:
        issuer = "an unknown issuer" if seen is None else _name_of(seen.issuer)
        trusted = profile.root_certificate or "what this system trusts"
        return StepFailed(
            f"The certificate of {found.host.name} was issued by {issuer}, which is not in {trusted}.",
            Who.YOU,
            "Ask who runs the server for its issuer's certificate, and name that file as root_certificate.",
        )
    return StepFailed(
        f"The certificate of {found.host.name} is not accepted: {error.verify_message}.",
        Who.SERVER,
        "They need another one.",
    )


def _seen(found: Found, timeout_s: float) -> x509.Certificate | None:
    """Return the certificate without trusting it, to be able to say what is wrong with it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        return _shaken(found, context, timeout_s)[0]
    except (OSError, ValueError, StepFailed):
        return None


def _about(certificate: x509.Certificate) -> str:
    ends = certificate.not_valid_after_utc
    days = (ends - datetime.now(UTC)).days
    soon = f", in {days} days" if 0 <= days <= _SOON_DAYS else ""
    return f"certificate for {_names(certificate)}, until {ends:%Y-%m-%d}{soon}"


def _names(certificate: x509.Certificate) -> str:
    """Return the names of a certificate as they may be shown: some, without unseen characters."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = [str(one.value) for one in extension if isinstance(one, (x509.DNSName, x509.IPAddress))]
    except (x509.ExtensionNotFound, ValueError):
        names = [_name_of(certificate.subject)]
    shown = ", ".join(_plain(one) for one in names[:_NAMES_SHOWN]) or "no name"
    return shown + (f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else "")


def _name_of(name: x509.Name) -> str:
    return _plain(name.rfc4514_string()) or "nobody"


def _plain(text: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in text[:120])
