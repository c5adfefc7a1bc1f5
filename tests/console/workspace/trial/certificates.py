"""Certificates for a test's server: from an issuer of its own, for whichever name and time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

NOW = datetime.now(UTC)


class Issuer:
    """One who vouches for servers."""

    def __init__(self, name: str) -> None:
        self._name = named(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = (
            begun(self._name, self._name, self._key, ends=NOW + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .sign(self._key, SHA256())
        )

    @property
    def certificate(self) -> bytes:
        """The issuer's own certificate, in PEM."""
        return self._certificate.public_bytes(Encoding.PEM)

    def issue(self, name: str, *, ends: datetime = NOW + timedelta(days=30)) -> tuple[bytes, bytes]:
        """Return a certificate for a name or address, and its key, both in PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            subject: x509.GeneralName = x509.IPAddress(ip_address(name))
        except ValueError:
            subject = x509.DNSName(name)
        certificate = (
            begun(named(name), self._name, key, ends=ends)
            .add_extension(x509.SubjectAlternativeName([subject]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
            .sign(self._key, SHA256())
        )
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return certificate.public_bytes(Encoding.PEM), private


def named(name: str) -> x509.Name:
    """Return a certificate's name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def begun(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, *, ends: datetime
) -> x509.CertificateBuilder:
    """Return a certificate that only lacks extensions and a signature."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=60))
        .not_valid_after(ends)
    )
