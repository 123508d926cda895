# Not in packer.pkr.hcl, because Debian's Packer (1.6.6), which runs the offline bake, does not support required_plugins.
packer {
  required_plugins {
    amazon = {
      version = "= 1.8.2"
      source  = "github.com/hashicorp/amazon"
    }
  }
}
