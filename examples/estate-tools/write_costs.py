"""Writes the bill of October 2026 in FOCUS 1.0, from a short table of round numbers.

Usage: python3 write_costs.py ../estate/cost/focus-2026-10.csv
"""

import csv
import json
import sys

ACCOUNT = "000000000000"
REGION = "eu-central-1"
COLUMNS = """AvailabilityZone BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd BillingPeriodStart
ChargeCategory ChargeClass ChargeDescription ChargeFrequency ChargePeriodEnd ChargePeriodStart CommitmentDiscountCategory
CommitmentDiscountId CommitmentDiscountName CommitmentDiscountStatus CommitmentDiscountType ConsumedQuantity ConsumedUnit
ContractedCost ContractedUnitPrice EffectiveCost InvoiceIssuerName ListCost ListUnitPrice PricingCategory PricingQuantity
PricingUnit ProviderName PublisherName RegionId RegionName ResourceId ResourceName ResourceType ServiceCategory ServiceName
SkuId SkuPriceId SubAccountId SubAccountName Tags""".split()

WEEKS = [("2026-10-01", "2026-10-08"), ("2026-10-08", "2026-10-15"), ("2026-10-15", "2026-10-22"), ("2026-10-22", "2026-11-01")]
MONTH = ("2026-10-01", "2026-11-01")

# service, namespace, EUR for each of the four weeks: the pods' share of the cluster's nodes.
PODS = [
    ("storefront", "shop", "12.50"),
    ("catalog", "shop", "10.00"),
    ("search", "shop", "15.00"),
    ("cart", "shop", "5.00"),
    ("checkout", "shop", "7.50"),
    ("pricing", "shop", "5.00"),
    ("payments", "shop", "6.00"),
    ("orders", "shop", "8.00"),
    ("inventory", "shop", "6.00"),
    ("giftcards", "shop", "2.00"),
    ("edge", "shop", "2.50"),
    ("ledger", "backoffice", "7.00"),
    ("shipping", "backoffice", "4.00"),
]

# what, provider's service, category, EUR for the month, resource id, tags. Ids are those of terraform/terraform.tfstate.
RESOURCES = [
    ("RDS db.m7g.large Multi-AZ", "Amazon RDS", "Databases", "180.00", f"arn:aws:rds:{REGION}:{ACCOUNT}:db:quillmere-orders", {"service": "orders", "team": "checkout"}),
    ("RDS storage", "Amazon RDS", "Databases", "20.00", f"arn:aws:rds:{REGION}:{ACCOUNT}:db:quillmere-orders", {}),
    ("cache.t4g.small", "Amazon ElastiCache", "Databases", "60.00", f"arn:aws:elasticache:{REGION}:{ACCOUNT}:replicationgroup:quillmere-cart", {"service": "cart", "team": "checkout"}),
    ("S3 standard storage", "Amazon S3", "Storage", "5.00", "arn:aws:s3:::quillmere-exports", {"service": "exports", "team": "fulfilment"}),
    ("SQS requests", "Amazon SQS", "Integration", "2.00", f"arn:aws:sqs:{REGION}:{ACCOUNT}:quillmere-order-placed", {"service": "orders", "team": "checkout"}),
    ("Network load balancer", "Elastic Load Balancing", "Networking", "25.00", f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/net/quillmere-public/0123456789abcdef", {"service": "edge", "team": "shopfront"}),
    ("KMS key", "AWS KMS", "Security", "1.00", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/5e1f0c1a-0000-4000-8000-0000000000aa", {}),
    # What follows can be put down to nothing.
    ("EKS control plane", "Amazon EKS", "Compute", "73.00", f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/quillmere", {}),
    ("NAT gateway", "Amazon VPC", "Networking", "38.00", f"arn:aws:ec2:{REGION}:{ACCOUNT}:natgateway/nat-0a1b000000000000c", {}),
    ("Data transfer out", "AWS Data Transfer", "Networking", "14.00", "", {}),
    # A service that was switched off in spring; its volume was forgotten.
    ("EBS gp3 volume", "Amazon EBS", "Storage", "9.00", f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/vol-0dead0000000000ad", {"service": "loyalty"}),
    # Which `api`? The bill does not say.
    ("EC2 share of pods", "Amazon EC2", "Compute", "21.00", f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-0a91000000000000d", {"service": "api"}),
]


def line(category, what, service, group, cost, period, resource="", tags=None):
    row = dict.fromkeys(COLUMNS, "")
    row.update(
        BilledCost=cost, EffectiveCost=cost, ListCost=cost, ContractedCost=cost, BillingCurrency="EUR",
        BillingAccountId=ACCOUNT, BillingAccountName="Quillmere", SubAccountId=ACCOUNT, SubAccountName="production",
        BillingPeriodStart="2026-10-01T00:00:00Z", BillingPeriodEnd="2026-11-01T00:00:00Z",
        ChargePeriodStart=f"{period[0]}T00:00:00Z", ChargePeriodEnd=f"{period[1]}T00:00:00Z",
        ChargeCategory=category, ChargeDescription=what, ChargeFrequency="Usage-Based" if category == "Usage" else "One-Time",
        InvoiceIssuerName="Amazon Web Services", ProviderName="AWS", PublisherName="AWS", ServiceName=service, ServiceCategory=group,
        RegionId=REGION if category == "Usage" else "", RegionName="EU (Frankfurt)" if category == "Usage" else "", ResourceId=resource, Tags=json.dumps(tags or {}),
    )
    if category == "Usage":
        row.update(PricingCategory="Standard", PricingQuantity="1", PricingUnit="Months", ConsumedQuantity="1", ConsumedUnit="Months", ListUnitPrice=cost, ContractedUnitPrice=cost)
    return row


def pod(service, namespace):
    return f"arn:aws:eks:{REGION}:{ACCOUNT}:pod/quillmere/{namespace}/{service}"


def lines():
    for start, end in WEEKS:
        for service, namespace, cost in PODS:
            yield line("Usage", "EKS pod share", "Amazon EKS", "Compute", cost, (start, end), pod(service, namespace), {"service": service})
    for what, service, group, cost, resource, tags in RESOURCES:
        yield line("Usage", what, service, group, cost, MONTH, resource, tags)
    yield line("Tax", "VAT", "", "Other", "150.00", MONTH)
    yield line("Credit", "Migration credit", "", "Other", "-40.00", MONTH)


def main(path):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines())


if __name__ == "__main__":
    main(sys.argv[1])
