# Bakes the image: hardened Debian with the service under pm2. `npm run bake` prepares the payload and bakes on AWS;
# `npm run bake:offline` runs the same provisioners on this machine. The steps are in ami/steps/.

packer {
  required_version = ">= 1.6.6"
}

# --- Content of the image; `npm run bake` sets these variables ---

variable "image_name" {
  type        = string
  description = "Name of the AMI: stampede-<version>-<architecture>-<commit>-<time>."
}

variable "app_version" {
  type        = string
  description = "Version in package.json."
}

variable "commit" {
  type        = string
  description = "Full hash of the baked Git commit."
}

variable "node_version" {
  type        = string
  description = "Version of Node.js in the payload."
}

variable "architecture" {
  type        = string
  default     = "arm64"
  description = "Debian's name for the processor architecture: arm64 or amd64."
}

variable "payload" {
  type        = string
  description = "Tarball with the application, Node.js and the system files."
}

variable "payload_sha256" {
  type = string
}

variable "facts_dir" {
  type        = string
  description = "Directory on this machine for the facts about the bake."
}

variable "manifest" {
  type        = string
  default     = "packer-manifest.json"
  description = "Path of the build manifest; the stack reads the default one."
}

variable "database_port" {
  type        = number
  description = "Loopback port of the test database on this machine, which the service uses while it is checked."
}

# --- Bake on AWS ---

variable "region" {
  type    = string
  default = "eu-west-1"
}

variable "copy_regions" {
  type        = list(string)
  default     = []
  description = "Regions to copy the image to. The pipeline's role may copy to the regions of its stage."
}

variable "share_accounts" {
  type        = list(string)
  default     = []
  description = "Accounts that may launch the image. Requires kms_key_id, and rights to share that the pipeline's role does not have."
}

variable "kms_key_id" {
  type        = string
  default     = ""
  description = "ARN of the KMS key of the volume and its snapshot. If empty, the account's default key for EBS is used."
}

variable "subnet_id" {
  type        = string
  default     = ""
  description = "Public subnet of the builder, open to SSH from here. If empty, one of the default VPC is used."
}

# --- Bake offline ---

variable "offline_ssh_host" {
  type    = string
  default = "127.0.0.1"
}

variable "offline_ssh_key" {
  type    = string
  default = ""
}

locals {
  bake_dir = "/var/tmp/stampede-bake"
  # Address of the test database on the builder's loopback.
  database_tunnel = "8000:127.0.0.1:${var.database_port}"
  # Half a year: an image that lacks half a year of patches must not be launched by accident.
  deprecate_at = timeadd(timestamp(), "4380h")
  tags = {
    Name         = var.image_name
    Service      = "stampede"
    Version      = var.app_version
    Commit       = var.commit
    NodeVersion  = var.node_version
    Architecture = var.architecture
    SourceAmi    = "{{ .SourceAMI }}"
    BaseRelease  = "{{ .SourceAMIName }}"
  }
  # The bake role may change only resources with the last tag. Packer also tags the image with them when it creates it.
  builder_tags = {
    Name               = "Packer builder of ${var.image_name}"
    Service            = "stampede"
    "stampede:builder" = "packer"
  }
}

source "amazon-ebs" "aws" {
  region        = var.region
  instance_type = var.architecture == "arm64" ? "t4g.small" : "t3.small"
  subnet_id     = var.subnet_id

  source_ami_filter {
    filters = {
      name                = "debian-13-${var.architecture}-*"
      root-device-type    = "ebs"
      virtualization-type = "hvm"
    }
    # Debian's account: https://wiki.debian.org/Cloud/AmazonEC2Image
    owners      = ["136693071363"]
    most_recent = true
  }

  ami_name        = var.image_name
  ami_description = "Stampede ${var.app_version} (${var.commit})"
  ami_regions     = var.copy_regions
  ami_users       = var.share_accounts
  deprecate_at    = local.deprecate_at
  tags            = local.tags
  snapshot_tags   = local.tags
  run_tags        = local.builder_tags
  run_volume_tags = local.builder_tags

  # If Packer loses the builder, it is terminated when it shuts down.
  shutdown_behavior = "terminate"

  # Snapshots of an encrypted volume are encrypted. encrypt_boot would copy the image instead, which takes minutes and
  # requires ec2:CopyImage.
  launch_block_device_mappings {
    device_name           = "/dev/xvda"
    volume_type           = "gp3"
    volume_size           = 8
    delete_on_termination = true
    encrypted             = true
    kms_key_id            = var.kms_key_id
  }

  # IMDSv2 only, on the builder and on instances of the image.
  imds_support = "v2.0"
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  communicator                = "ssh"
  ssh_username                = "admin"
  associate_public_ip_address = true
  temporary_key_pair_type     = "ed25519"
  # The temporary security group opens port 22 to this machine only.
  temporary_security_group_source_public_ip = true
  ssh_remote_tunnels                        = [local.database_tunnel]
  ssh_timeout                               = "10m"
}

source "null" "offline" {
  communicator         = "ssh"
  ssh_host             = var.offline_ssh_host
  ssh_username         = "admin"
  ssh_private_key_file = var.offline_ssh_key
  ssh_remote_tunnels   = [local.database_tunnel]
  ssh_timeout          = "60s"
}

build {
  name    = "image"
  sources = ["source.amazon-ebs.aws", "source.null.offline"]

  provisioner "shell" {
    script = "${path.root}/ami/steps/wait-for-cloud-init.sh"
  }

  provisioner "file" {
    source      = var.payload
    destination = "/tmp/payload.tar.gz"
  }

  provisioner "shell" {
    # sudo resets the environment, so the variables are set after it.
    execute_command = "chmod +x {{ .Path }}; sudo env {{ .Vars }} {{ .Path }}"
    environment_vars = [
      "BAKE_DIR=${local.bake_dir}",
      "PAYLOAD=/tmp/payload.tar.gz",
      "PAYLOAD_SHA256=${var.payload_sha256}",
      "IMAGE_NAME=${var.image_name}",
      "OFFLINE=${source.type == "null"}",
      "AWS_AGENTS=${source.type != "null"}",
      "DATABASE_URL=http://127.0.0.1:8000",
    ]
    scripts = [
      "${path.root}/ami/steps/unpack-payload.sh",
      "${path.root}/ami/steps/install-packages.sh",
      "${path.root}/ami/steps/configure-system.sh",
      "${path.root}/ami/steps/install-agents.sh",
      "${path.root}/ami/steps/install-app.sh",
      "${path.root}/ami/steps/check-app.sh",
      "${path.root}/ami/steps/record-facts.sh",
    ]
  }

  provisioner "file" {
    direction   = "download"
    source      = "/etc/stampede/image.json"
    destination = "${var.facts_dir}/image.json"
  }

  provisioner "file" {
    direction   = "download"
    source      = "/etc/stampede/packages.txt"
    destination = "${var.facts_dir}/packages.txt"
  }

  provisioner "file" {
    direction   = "download"
    source      = "/etc/stampede/sbom.cdx.json"
    destination = "${var.facts_dir}/sbom.cdx.json"
  }

  # The spec runs last: an image that fails it is not registered.
  provisioner "shell" {
    execute_command  = "chmod +x {{ .Path }}; sudo env {{ .Vars }} {{ .Path }}"
    environment_vars = ["BAKE_DIR=${local.bake_dir}"]
    scripts = [
      "${path.root}/ami/steps/seal.sh",
      "${path.root}/ami/steps/verify-image.sh",
    ]
  }

  post-processor "manifest" {
    output      = var.manifest
    custom_data = { image_name = var.image_name, commit = var.commit, architecture = var.architecture }
  }
}
