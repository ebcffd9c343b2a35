"""Pure writers of DATEV's files: values in, bytes out, no ORM, no clock."""

from . import document_xml, extf, extf_bookings, extf_master
