from . import e_invoices, export, service_taxes
